"""Rapports: what was issued, handed out again; and what waits to be approved."""

import zipfile
from collections.abc import Sequence
from http import HTTPStatus
from io import BytesIO

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from monitor.access import Role
from monitor.web.board.acting import act_in_form
from monitor.web.board.desks import ReportFile
from monitor.web.board.guard import needs, visitor
from monitor.web.board.reading import Board

_REPORTS = 12
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    # Never shown here: whoever wants it opens the file that was saved.
    "html": "application/octet-stream",
    "zip": "application/zip",
}
_THEN = (1980, 1, 1, 0, 0, 0)
"""The time of all that is in an archive: equal files make equal ones."""


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/reports")
    @needs(Role.READER)
    def reports() -> str:
        return _reports_page(board)

    @pages.get("/reports/<int:number>/<name>")
    @needs(Role.READER)
    def report_file(number: int, name: str) -> Response:
        report = board.reports.numbered(number, visitor().organization)
        if report is None or name not in report.files:
            raise NotFound
        return handed_out(board.reports.file(report, name))

    @pages.get("/drafts/<name>/<period>/<form>")
    @needs(Role.READER, whole=True)
    def draft_file(name: str, period: str, form: str) -> Response:
        files = board.reports.draft_files(name, period, form)
        return handed_out(together(files, f"{name}-{period}-{form}.zip"))

    @pages.post("/drafts/<name>/<period>/approve")
    @needs(Role.OPERATOR, whole=True)
    def approve(name: str, period: str) -> Response:
        board.reports.approve(name, period, act_in_form(default="-"))
        return redirect(url_for("board.reports", done="approved"), HTTPStatus.SEE_OTHER)


def _reports_page(board: Board) -> str:
    organization = visitor().organization
    before = request.args.get("before", type=int)
    found = board.reports.issued(_REPORTS + 1, before=before, organization=organization)
    shown, more = found[:_REPORTS], len(found) > _REPORTS
    return render_template(
        "board/reports.html.j2",
        issued=shown,
        before=before,
        next_before=shown[-1].issue.number if more else None,
        # They tell of all organisations.
        drafts=None if organization is not None else board.reports.drafts(),
        approved=request.args.get("done") == "approved",
    )


def handed_out(file: ReportFile) -> Response:
    """A file to be saved, never to be shown here."""
    response = make_response(file.content)
    response.headers["Content-Type"] = TYPES[file.name.rpartition(".")[2]]
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def together(files: Sequence[ReportFile], name: str) -> ReportFile:
    """One file as it is, several in an archive."""
    if len(files) == 1:
        return files[0]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, _THEN), file.content)
    return ReportFile(name=name, content=packed.getvalue(), is_as_issued=False)
