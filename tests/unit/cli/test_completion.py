import pytest

from tests.support.command_line import run


@pytest.mark.parametrize("shell", ["zsh", "fish", "bash"])
def test_the_script_asks_vigie_itself(shell):
    ran = run("completion", shell)
    assert ran.status == 0
    assert f"_VIGIE_COMPLETE={shell}_complete" in ran.out


def test_another_shell_is_refused():
    assert "'csh' is not one of 'bash', 'zsh', 'fish'" in run("completion", "csh").error


def completed(words, **environment):
    ran = run(
        _VIGIE_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split()) - 1),
        **environment,
    )
    return [line.removeprefix("plain,") for line in ran.out.split()]


def test_commands_are_completed():
    assert completed("vigie de") == ["deadline", "demo", "deliverable", "derogation"]
    assert completed("vigie contract ch") == ["check"]


def test_commitments_are_completed_with_the_category_that_places_decide():
    assert completed("vigie deadline --commitment del") == [
        "delivery",
        "delivery-local",
        "delivery-remote",
    ]


def test_a_broken_configuration_completes_to_nothing(folder):
    (folder / "vigie.yaml").write_text("[")
    assert completed("vigie deadline --commitment del") == []
