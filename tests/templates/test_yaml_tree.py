"""Places in the text of a document."""

from migrator.templates.golang.yaml_tree import blank_after, blank_before


def test_comments_belong_to_the_white_space_around_a_place():
    text = "args:\n  # one\n\n  # two\n  - first\n  # three\nnext: 1 # four\n"

    assert blank_before(text, text.index("- first")) == len("args:")
    assert blank_after(text, text.index("- first") + len("- first")) == text.index("next")
    assert blank_before(text, text.index("1")) == text.index("next:") + len("next:")
    assert blank_after(text, text.index("# four")) == len(text)
