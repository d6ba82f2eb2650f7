"""Pictures as links to their files."""

from documentation.pictures import with_linked_pictures


def test_a_picture_is_a_link_to_its_file() -> None:
    picture = '<img alt="a curve" src="docs/curve.png" />'
    linked = f'<p><a class="picture" href="docs/curve.png">{picture}</a></p>'
    assert with_linked_pictures(f"<p>{picture}</p>") == linked


def test_a_picture_in_a_link_and_one_without_a_file_stay_as_they_are() -> None:
    pages = (
        '<a href="b.html" title="b"><img src="a.png" /></a>',
        '<img src="data:image/png;base64,aa" />',
        "<p>no picture</p>",
    )
    for page in pages:
        assert with_linked_pictures(page) == page
