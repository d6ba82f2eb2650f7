// A browser refuses workers whose file is not from a server. Then the search runs in a hidden frame.
if (location.protocol === "file:") {
  window.Worker = class {
    onmessage = null;
    onerror = null;

    constructor(url) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.inside = new Promise((started) => {
        this.frame.onload = () => this.#load(url, started);
      });
      document.body.append(this.frame);
    }

    postMessage(data) {
      this.inside.then((inside) => inside.onmessage({ data }));
    }

    terminate() {
      this.frame.remove();
    }

    #load(url, started) {
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => setTimeout(() => this.onmessage?.({ data }));
      const script = inside.document.createElement("script");
      script.src = new URL(url, location.href).href;
      script.onload = () => started(inside);
      script.onerror = (error) => this.onerror?.(error);
      inside.document.head.append(script);
    }
  };
}
