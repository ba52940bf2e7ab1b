"""What a contract manager does, from the first sign-in on."""

from playwright.sync_api import Browser, BrowserContext, StorageState, expect

from monitor.simulator import Body
from tests.browser.conftest import PASSWORD, PUSHED, Live
from tests.support.daemon import eventually


def test_signing_in_leads_where_one_was_going(
    chromium: Browser, signed_in, french, live: Live
) -> None:
    locale = "fr-CA" if french else "en-CA"
    with chromium.new_context(locale=locale, base_url=live.url) as context:
        page = context.new_page()
        page.goto(f"/cases/telus/ticket/{live.late}")
        expect(page).to_have_title("Ouvrir une session – Vigie" if french else "Sign in – Vigie")
        page.get_by_label("Nom" if french else "Name").fill("ariane")
        page.get_by_label("Mot de passe" if french else "Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(live.late)


def test_the_most_urgent_is_found_and_proved(visit: BrowserContext, french, live: Live) -> None:
    page = visit.new_page()
    page.goto("/")
    first = page.locator(".owed li").first
    expect(first).to_contain_text(live.late)
    expect(first).to_contain_text("En manquement" if french else "Breached")
    # By the keyboard alone, as by the mouse.
    first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(live.late)
    expect(page.locator("figure svg")).to_be_visible()
    page.get_by_text(
        "Le décompte, ligne par ligne" if french else "The count, line by line"
    ).click()
    counted = page.locator("details.proof tr.l-open td:nth-child(3)")
    assert counted.count() >= 1
    # What somebody writes down of it stays there.
    text = "rappelé le comptoir" if french else "called the desk"
    page.get_by_label("Ajouter une note" if french else "Add a note").fill(text)
    page.get_by_role("button", name="Ajouter" if french else "Add", exact=True).click()
    expect(page.locator(".notes")).to_contain_text(text)
    expect(page.locator(".notes")).to_contain_text("ariane")


def test_a_list_looks_again_and_shows_what_is_new(
    chromium: Browser, signed_in: StorageState, live: Live
) -> None:
    with chromium.new_context(storage_state=signed_in, base_url=live.url) as context:
        page = context.new_page()
        page.clock.install()
        page.goto("/today")
        expect(page.locator("#list")).to_be_visible()
        ref = live.provider.open_ticket("incident", Body("ORG-101", "Ministère"))
        eventually(lambda: ref in context.request.get("/today").text(), "it stands in the list")
        expect(page.locator(".owed")).not_to_contain_text(ref)
        page.clock.fast_forward(16_000)
        expect(page.locator(".owed")).to_contain_text(ref)
        # And says so where it cannot, with what it has still there.
        lost = page.locator("#lost")
        expect(lost).to_be_hidden()
        page.route("**/today*", lambda route: route.abort())
        page.clock.fast_forward(16_000)
        expect(lost).to_be_visible()
        expect(page.locator(".owed")).to_contain_text(ref)
        page.unroute("**/today*")
        page.clock.fast_forward(16_000)
        expect(lost).to_be_hidden()
        # Signed out meanwhile, it leads to where one signs in.
        context.clear_cookies(name="vigie_session")
        page.clock.fast_forward(16_000)
        expect(page.locator("#password")).to_be_visible()


def test_a_message_leads_to_the_case_and_acknowledges_it(
    visit: BrowserContext, french, live: Live
) -> None:
    ref = live.others[french]
    page = visit.new_page()
    page.goto(live.link_of(ref))
    expect(page.locator("body")).to_contain_text(ref)
    page.get_by_label("Votre nom").fill("Ariane")
    page.get_by_label("Pourquoi, ou ce qui est entrepris").fill("TELUS rappelle")
    page.get_by_role("button", name="Prendre en charge").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_role("link", name="Voir le dossier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ref)
    expect(page.locator(".promise")).to_contain_text("TELUS rappelle")
    expect(page.locator(".promise")).to_contain_text("pris en charge" if french else "acknowledged")


def test_a_provider_is_silenced_for_tonight(visit: BrowserContext, french, live: Live) -> None:
    page = visit.new_page()
    page.goto("/escalations")
    page.get_by_text("Mettre quelque chose en sourdine" if french else "Silence something").click()
    page.locator("#s-provider").select_option("telus")
    page.locator("#s-why").fill("entretien de nuit")
    page.get_by_role(
        "button", name="Mettre en sourdine" if french else "Silence", exact=True
    ).click()
    rule = page.locator(".card", has_text="entretien de nuit")
    expect(rule).to_contain_text("TELUS")
    page.goto("/today")
    expect(page.locator(".owed .mute").first).to_be_visible()
    page.goto("/escalations")
    rule.get_by_label("Pourquoi" if french else "Why").fill("terminé")
    rule.get_by_role("button").click()
    expect(rule).to_have_count(0)
    page.goto("/journal")
    expect(page.locator("tbody tr").first).to_contain_text("terminé")


def test_a_mapping_is_corrected_and_what_was_set_aside_comes_in(
    visit: BrowserContext, french, live: Live
) -> None:
    known, word, unknown = PUSHED[french]
    page = visit.new_page()
    page.goto("/sources")
    card = page.locator(".words .card", has=page.get_by_role("heading", name=word))
    card.locator("select").select_option("restored")
    card.get_by_label("D’où on le sait" if french else "How that is known").fill("dit au téléphone")
    card.get_by_role("button").click()
    expect(page.locator("#done")).to_contain_text(
        "se lit désormais" if french else "read so from now on"
    )
    expect(page.locator(".words h4", has_text=word)).to_be_visible()
    page.goto(f"/cases/rogers/ticket/{known}")
    met = "Respecté" if french else "Met"

    def is_judged() -> bool:
        page.reload()
        return met in page.locator(".promise").first.inner_text()

    eventually(is_judged, "the case is judged by the corrected word")
    # Of a kind that nobody mapped: whoever keeps vigie.yaml does, and it is read anew.
    live.learn()
    page.goto("/sources")
    kept = page.locator(".words .card", has=page.get_by_role("heading", name=unknown))
    expect(kept).to_contain_text("modem")
    kept.get_by_text("Tel que conservé" if french else "As it was kept").click()
    expect(kept.locator("pre")).to_contain_text('"category": "modem"')
    kept.get_by_role("button", name="Relire" if french else "Read anew").click()
    expect(page.locator("#done")).to_contain_text("a été lu" if french else "was read")
    expect(kept).to_have_count(0)
    page.goto(f"/cases/rogers/ticket/{unknown}")
    expect(page.get_by_role("heading", level=1)).to_have_text(unknown)


def test_last_months_report_is_approved_and_downloaded(visit: BrowserContext, french) -> None:
    name = "mensuel-telus" if french else "mensuel-rogers"
    page = visit.new_page()
    eventually(lambda: name in visit.request.get("/reports").text(), "a draft")
    page.goto("/compliance")
    page.get_by_role("link", name="Rapports" if french else "Reports").click()
    draft = page.locator(".card", has_text=name)
    approve = "Approuver et émettre" if french else "Approve and issue"
    draft.get_by_role("button", name=approve).first.click()
    expect(page.get_by_role("status").last).to_be_visible()
    newest = page.locator("td.files").first
    with page.expect_download() as download:
        newest.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith(f"{name.removeprefix('mensuel-')}.pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_without_scripts_everything_still_works(chromium: Browser, signed_in, live: Live) -> None:
    with chromium.new_context(
        storage_state=signed_in, base_url=live.url, java_script_enabled=False, locale="fr-CA"
    ) as context:
        page = context.new_page()
        page.goto("/today")
        page.locator("summary").first.click()
        page.locator("#q").fill(live.late)
        page.get_by_role("button", name="Afficher").click()
        expect(page.locator(".owed li")).to_have_count(1)
