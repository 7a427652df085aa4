"""Key accounts: contacts, visits, problems and their rates, as of any day, with the objects behind them."""

from __future__ import annotations

import datetime

import pytest

from layers.register import Register
from layers.responsibility.book import read_book
from layers.responsibility.oversight.accounts import PROBLEM, VISIT, read_account_book
from layers.text import Message
from tests.layers.store.test_contract_edit import add

pytestmark = pytest.mark.keeps_running

DAY = datetime.date(2026, 11, 23)


def test_rates_tell_what_they_were_counted_from(register: Register) -> None:
    manager = add(register, "person", name="罗敏", phone="10012340342")
    stand_in = add(register, "person", name="陈立国")
    factory = add(register, "customer", name="机械厂", key_account=True)
    hospital = add(register, "customer", name="人民医院", key_account=True, opened_date="2025")
    add(register, "customer", name="普通用户")
    add(register, "customer", name="已销户企业", key_account=True, closed_date="2024-05-01")
    duty = {"role": "account", "target": f"customer:{factory}", "from_date": "2022-03-01"}
    add(register, "assignment", person=manager, rank="primary", **duty)
    add(register, "assignment", person=stand_in, rank="backup", **duty)
    first = add(register, VISIT, customer=factory, visit_date="2025-12-30", satisfaction="poor", leaflets=5)
    second = add(
        register, VISIT, customer=factory, visit_date="2026-10-01", satisfaction="very_good", leaflets=3
    )
    add(register, VISIT, customer=hospital, visit_date="2026-06-01")
    problem = {"customer": factory, "problem": "水压低", "owner": manager}
    done = add(
        register, PROBLEM, **problem, raised_date="2026-02-01", due_date="2026-02-20", rectified_date="2026-02-10",
        satisfaction="good",
    )  # fmt: skip
    slow = add(
        register,
        PROBLEM,
        **problem,
        raised_date="2026-03-01",
        due_date="2026-03-10",
        rectified_date="2026-03-20",
    )
    late = add(register, PROBLEM, **problem, raised_date="2026-10-01", due_date="2026-11-01")
    waiting = add(register, PROBLEM, **problem, raised_date="2026-11-20", due_date="2026-11-30")
    book = read_account_book(register, read_book(register), DAY)

    # The one without a contact is first; who closed its account is none any more.
    assert [row.account.id for row in book.rows] == [hospital, factory]
    row = book.row(factory)
    assert row is not None
    assert (row.contact.name, row.contact.phone, row.backup.name) == ("罗敏", "10012340342", "陈立国")  # type: ignore[union-attr]
    assert (row.days_since, row.is_due) == (53, False)
    assert [visit.id for visit in row.visits] == [second, first]
    assert [each.id for each in row.unsolved] == [waiting, late]
    assert [each.id for each in row.late] == [late]
    assert book.rows[0].contact is None
    assert book.rows[0].is_due

    figures = book.figures(datetime.date(2026, 1, 1))
    assert (figures.contacts.percent, figures.contacts.rest.ids) == (50.0, (hospital,))
    assert (figures.called_on.percent, figures.called_on.rest.ids) == (50.0, (hospital,))
    assert (figures.visits.value, figures.leaflets.value) == (2, 3)
    assert (figures.rectified.percent, figures.rectified.rest.ids) == (50.0, (late, waiting))
    # In time: of those put right and those that should be; one in hand is not counted.
    assert figures.in_time.whole.ids == (done, slow, late)
    assert figures.in_time.part.ids == (done,)
    assert figures.late.ids == (late,)
    assert (figures.content_visits.percent, figures.content_visits.whole.ids) == (100.0, (second,))
    assert figures.content_problems.whole.ids == (done,)
    assert book.figures().content_visits.percent == 50.0
    assert book.figures(person=manager).contacts.percent == 100.0

    # As of a day before: what came later is not known yet, and what was put right later is still open.
    then = read_account_book(register, read_book(register), datetime.date(2026, 3, 15))
    old = then.row(factory)
    assert old is not None
    assert [each.id for each in old.late] == [slow]
    assert old.days_since == 75
    # Whoever may not see personal data is told no name.
    register.veiled = True
    masked = read_account_book(register, read_book(register), DAY).row(factory)
    assert masked is not None
    assert masked.contact is not None
    assert (masked.account.name, masked.contact.name) == ("机**", "罗*")
    register.veiled = False


def test_the_company_says_what_counts_as_content(register: Register) -> None:
    firm = add(register, "customer", name="机械厂", key_account=True)
    with register.edit(Message("store.created")) as edit:
        edit.insert(
            "c_satisfaction", {"code": "mixed", "title_zh": "尚可", "title_en": "Fair enough", "active": True}
        )
    visit = add(register, VISIT, customer=firm, visit_date="2026-10-01", satisfaction="mixed")
    figures = read_account_book(register, read_book(register), DAY).figures()
    assert figures.content_visits.rest.ids == (visit,)
    entry = register.by_code("c_satisfaction", "mixed")
    assert entry is not None
    with register.edit(Message("store.created")) as edit:
        edit.update("c_satisfaction", entry.id, entry.version, {"means": "satisfied"})
    figures = read_account_book(register, read_book(register), DAY).figures()
    assert (figures.content_visits.percent, figures.content_visits.rest.ids) == (100.0, ())
