import json

import pytest

from tests.support.command_line import run

AT = "2026-11-26T12:00-05:00"
HEADER = "commitment,received_at,place\n"


def ask(text, *more):
    return run("deadline", "--from", "-", "--json", "--at", AT, *more, stdin=text)


def test_each_row_is_answered_in_order_as_it_would_be_alone():
    ran = ask(
        HEADER
        + "service-restoration,2026-11-20T16:00-05:00,\n"
        + "delivery,2026-11-23T15:30-05:00,Kuujjuaq\n"
        + "delivery-local,2026-11-23T20:30Z,\n"
    )
    assert ran.status == 0
    assert ran.err == ""
    alone = [
        run(
            "deadline",
            "--json",
            "--at",
            AT,
            "--commitment",
            commitment,
            "--received",
            received,
            *place,
        ).json
        for commitment, received, place in (
            ("service-restoration", "2026-11-20T16:00-05:00", ()),
            ("delivery", "2026-11-23T15:30-05:00", ("--place", "Kuujjuaq")),
            ("delivery-local", "2026-11-23T20:30Z", ()),
        )
    ]
    assert ran.json_lines == alone


def test_a_bad_row_tells_its_line_and_the_good_ones_are_answered():
    ran = ask(
        HEADER
        + "password-reset,2026-11-23T09:00-05:00,\n"
        + "nonsense,2026-11-23T09:00-05:00,\n"
        + "\n"
        + "password-reset,someday,\n"
        + "password-reset,2026-11-23T09:00,\n"
        + "delivery,2026-11-23T09:00-05:00,\n"
        + "password-reset,2026-11-23T09:00-05:00\n"
        + "password-reset,2026-11-23T09:00-05:00,,\n"
        + ",2026-11-23T09:00-05:00,\n"
        + "password-reset,,\n"
        + "password-reset,1999-11-23T09:00-05:00,\n"
        + "password-reset,2026-11-23T10:00-05:00,\n"
    )
    assert ran.status == 2
    good = [answer["received_at"] for answer in ran.json_lines if "error" not in answer]
    bad = {answer["line"]: answer["error"] for answer in ran.json_lines if "error" in answer}
    assert good == ["2026-11-23T09:00:00-05:00", "2026-11-23T10:00:00-05:00"]
    assert list(bad) == [3, 5, 6, 7, 8, 9, 10, 11, 12]
    for line, words in {
        3: "no commitment 'nonsense'",
        5: "'someday' is not a date and time",
        6: "does not say in which zone",
        7: "depends on the place",
        8: "2 cells stand where 3 are expected",
        9: "4 cells stand where 3 are expected",
        10: "commitment is empty",
        11: "received_at is empty",
        12: "before the contract",
    }.items():
        assert words in bad[line]
    assert all(set(answer) == {"line", "error"} for answer in ran.json_lines if "error" in answer)


def test_a_row_over_several_lines_is_told_line_by_line():
    ran = ask(HEADER + '"pass\nword",2026-11-23T09:00-05:00,\nnonsense,2026-11-23T09:00-05:00,\n')
    assert [answer["line"] for answer in ran.json_lines] == [2, 3, 4]


@pytest.mark.parametrize(
    "text",
    [
        "received_at,commitment\n2026-11-23T09:00-05:00,password-reset\n",
        "place,received_at,commitment\n,2026-11-23T09:00-05:00,password-reset\n",
        "\ufeffcommitment,received_at\npassword-reset,2026-11-23T09:00-05:00\n",
        "commitment;received_at;place\npassword-reset;2026-11-23T09:00-05:00;\n",
        "commitment,received_at\r\npassword-reset,2026-11-23T09:00-05:00\r\n",
        ' commitment , "received_at" \n password-reset , 2026-11-23T09:00-05:00 \n',
        "commitment,received_at\npassword-reset,2026-11-23T09:00-05:00",
    ],
)
def test_columns_in_any_order_and_as_spreadsheets_write_them(text):
    ran = ask(text)
    assert ran.status == 0
    assert [answer["due_at"] for answer in ran.json_lines] == ["2026-11-23T13:00:00-05:00"]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "password-reset,2026-11-23T09:00-05:00\n", "commitment\n", "commitment,received_at,plce\n",
     "commitment,commitment,received_at\n", "commitment,received_at,place,place\n", '{"commitment": 1}\n'],
)  # fmt: skip
def test_a_wrong_header_is_one_line_and_nothing_is_answered(text):
    ran = ask(text)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.error.startswith("-:1: the header is ")
    assert ran.error.endswith("write 'commitment,received_at,place'")


def test_a_header_alone_asks_nothing():
    ran = ask(HEADER)
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_the_zone_holds_for_every_row_without_an_offset():
    rows = HEADER + "password-reset,2026-11-23T09:00,\npassword-reset,2026-11-01T01:30,\n"
    ran = ask(rows, "--zone", "America/Toronto")
    assert ran.json_lines[0]["due_at"] == "2026-11-23T13:00:00-05:00"
    assert "01:30:00-04:00" in ran.json_lines[1]["error"]


def test_bytes_that_are_no_text_spoil_their_own_row_only():
    rows = HEADER.encode() + b"delivery,2026-11-23T09:00-05:00,Qu\xe9bec\n"
    ran = ask(rows + "delivery,2026-11-23T09:00-05:00,Québec\n".encode())
    assert ran.status == 2
    assert "UTF-8" in ran.json_lines[0]["error"]
    assert ran.json_lines[1]["commitment"] == "delivery-local"


def test_bytes_that_are_no_text_in_other_cells_do_not_break_the_answer():
    ran = ask(HEADER.encode() + b"caf\xe9,2026-11-23T09:00-05:00,\npassword-reset,\xe9,\n")
    assert [answer["line"] for answer in ran.json_lines] == [2, 3]


def test_a_cell_beyond_reason_spoils_its_own_row_only():
    ran = ask(
        HEADER
        + "x" * 200_000
        + ",2026-11-23T09:00-05:00,\npassword-reset,2026-11-23T09:00-05:00,\n"
    )
    assert ran.json_lines[0]["line"] == 2
    assert "not a row of CSV" in ran.json_lines[0]["error"]
    assert ran.json_lines[1]["due_at"] == "2026-11-23T13:00:00-05:00"


def test_a_file_is_read_like_standard_input(folder):
    (folder / "rows.csv").write_text(
        HEADER + "password-reset,2026-11-23T09:00-05:00,\n", encoding="utf-8-sig"
    )
    ran = run("deadline", "--from", "rows.csv", "--json", "--at", AT)
    assert ran.json_lines[0]["due_at"] == "2026-11-23T13:00:00-05:00"


@pytest.mark.parametrize(
    ("path", "reason"), [("nowhere.csv", "No such file"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_one_line(path, reason):
    ran = run("deadline", "--from", path, "--json")
    assert ran.status == 2
    assert ran.error.startswith(f"--from: {path}: {reason}")


def test_people_read_a_table_and_the_bad_rows_apart():
    ran = run(
        "deadline", "--from", "-", "--at", AT,
        stdin=HEADER + "delivery,2026-11-23T15:30-05:00,Kuujjuaq\nnonsense,2026-11-23T09:00-05:00,\n",
    )  # fmt: skip
    assert ran.status == 2
    assert "delivery-remote  Kuujjuaq  Nov\N{NO-BREAK SPACE}23" in ran.out
    assert "end of Wednesday, December 2, 2026" in ran.out
    assert ran.error.startswith("-:3: no commitment 'nonsense'")


def test_an_unknown_place_is_flagged_in_its_line():
    (answer,) = ask(HEADER + "delivery,2026-11-23T09:00-05:00,Nullepart\n").json_lines
    assert answer["region_provisional"] is True
    assert len(answer["warnings"]) == 1
    assert json.dumps(answer)


@pytest.mark.parametrize(
    "broken",
    [
        'delivery,2026-11-23T09:00-05:00,"Québec\n',
        '"password-reset,2026-11-23T09:00-05:00,\n',
        'delivery,"2026-11-23T09:00-05:00,Québec\n',
    ],
)
@pytest.mark.parametrize(
    "good",
    [
        "password-reset,2026-11-23T09:00-05:00,\n",
        '"password-reset","2026-11-23T09:00-05:00",""\n',
        'delivery,2026-11-23T09:00-05:00,"Baie-Comeau, secteur est"\n',
    ],
)
def test_a_quote_left_open_spoils_its_own_row_only(broken, good):
    for rows in (good + broken + good * 3, broken + good, broken * 2 + good, good + broken):
        ran = ask(HEADER + rows)
        assert ran.status == 2
        lines = rows.splitlines(keepends=True)
        assert len(ran.json_lines) == len(lines)
        for number, (line, answer) in enumerate(zip(lines, ran.json_lines, strict=True), start=2):
            if line == broken:
                assert answer["line"] == number
                assert "a quote is not closed" in answer["error"]
            else:
                assert "due_at" in answer


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_one_line(encoding):
    ran = ask((HEADER + "password-reset,2026-11-23T09:00-05:00,\n").encode(encoding))
    assert ran.status == 2
    assert ran.error == "-:1: is not UTF-8 text; save the file as CSV in UTF-8"
