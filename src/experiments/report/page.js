// Draw every figure, one after the other, and let its legend hide arms.
const options = { actions: false, renderer: "svg", ast: true };

async function draw(figure) {
  const specs = JSON.parse(figure.querySelector("script").textContent);
  const places = figure.querySelectorAll(".vega");
  const views = [];
  for (const [n, spec] of specs.entries()) {
    views.push((await vegaEmbed(places[n], spec, options)).view);
  }
  return views;
}

function hidden(figure) {
  const off = figure.querySelectorAll('button[aria-pressed="false"]');
  return [...off].map((button) => button.dataset.arm);
}

(async () => {
  for (const figure of document.querySelectorAll("figure.chart")) {
    const views = await draw(figure);
    figure.querySelector(".legend")?.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const shown = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!shown));
      for (const view of views) view.signal("hidden", hidden(figure)).run();
    });
  }
  document.documentElement.dataset.drawn = "true";
})();
