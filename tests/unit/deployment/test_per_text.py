"""What a function remembers of texts ends with the stack that had many of them."""

from deployment.per_text import FEW, forget_many, per_text


def test_a_text_is_read_once_and_many_are_forgotten_together():
    asked = []

    @per_text(16)
    def length(text):
        asked.append(text)
        return len(text)

    @per_text()
    def first(text):
        return text[0]

    assert (length("ab"), length("ab"), first("ab")) == (2, 2, "a")
    assert asked == ["ab"]
    forget_many()
    assert length("ab") == 2 and asked == ["ab"], "a few are kept for the next stack"
    for number in range(16 // FEW):
        length(f"a stack's {number}")
    forget_many()
    assert (length.cache_info().currsize, first.cache_info().currsize) == (0, 1)
