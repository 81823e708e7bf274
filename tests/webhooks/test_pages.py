"""The pages about webhooks, by HTTP: for admins alone, and no secret more than once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jobs.models import Job
from tests.factories.webhooks import attempt, endpoint
from webhooks import endpoints, sending
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery, DeliveryAttempt, Endpoint, EndpointChange
from webhooks.sending import Exchange
from webhooks.urls import urlpatterns

TYPED = {
    "name": "On-call",
    "url": "https://hooks.example.org/services/T0/B0/key",
    "form": "slack",
    "patterns": ["incident.*"],
    "single": "run.held, step.mismatched",
}


@pytest.fixture
def client(signed_in: Callable[[User], Client], admin: User) -> Client:
    return signed_in(admin)


@pytest.fixture
def hub(admin: User) -> Endpoint:
    return endpoint(admin, datetime.now(UTC))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = Exchange(500, "<b>out of order</b>", "It answered 500.", 12)
    monkeypatch.setattr(sending, "post", lambda *args, **kwargs: exchange)


def sent(hub: Endpoint, admin: User) -> Delivery:
    return endpoints.send_test(hub, by=admin, at=datetime.now(UTC))


@pytest.mark.parametrize("name", [entry.name for entry in urlpatterns])
@pytest.mark.parametrize("who", ["viewer", "manager", "operator", "outsider"])
def test_nobody_but_an_admin_gets_in(name, who, request, signed_in, hub, admin) -> None:
    sent(hub, admin)
    numbers = {} if name in {"endpoint_list", "endpoint_new"} else {"pk": 1}
    if name.startswith("delivery"):
        numbers = {"pk": Delivery.objects.get().pk}
    elif numbers:
        numbers = {"pk": hub.pk}
    lines = EndpointChange.objects.count()
    client = signed_in(request.getfixturevalue(who))
    address = reverse(f"webhooks:{name}", kwargs=numbers)
    for answer in (client.get(address), client.post(address, TYPED)):
        assert answer.status_code in {403, 405}
        assert b"hooks.example.org" not in answer.content
    assert EndpointChange.objects.count() == lines
    assert Endpoint.objects.count() == 1


def test_an_endpoint_is_added_and_its_secret_shown_once(client: Client) -> None:
    answer = client.post(reverse("webhooks:endpoint_new"), TYPED)
    made = Endpoint.objects.get()
    assert made.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert made.kinds == ["incident.*", "run.held", "step.mismatched"]
    for name in ("endpoint_detail", "endpoint_edit", "endpoint_secret"):
        page = client.get(reverse(f"webhooks:{name}", args=[made.pk])).content.decode()
        assert made.secret not in page
        assert ("/services/T0" in page) == (name == "endpoint_edit")
    history = str(list(EndpointChange.objects.values_list("fields", flat=True)))
    assert "https://hooks.example.org/…" in history
    assert "/services" not in history
    assert made.secret not in history


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"url": "http://hooks.example.org/"}, "Plain http:// is for hosts of your own"),
        ({"url": "https://169.254.169.254/"}, "169.254.169.254 is a link-local address"),
        ({"url": "https://[::1]/"}, "::1 is this machine&#x27;s own address"),
        ({"url": "ftp://hooks.example.org/"}, "begins with https://"),
        ({"patterns": [], "single": ""}, "Choose at least one kind of event, or name one below."),
        ({"patterns": [], "single": " , "}, "Choose at least one kind of event, or name"),
        ({"single": "run.exploded"}, "There is no event of this kind: run.exploded."),
        ({"name": " "}, "Write a name to find it by."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, change, sentence) -> None:
    answer = client.post(reverse("webhooks:endpoint_new"), TYPED | change)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert (TYPED | change)["single"] in page
    assert not Endpoint.objects.exists()


def test_all_that_misses_is_said_at_once(client: Client) -> None:
    """Either field of events will do, so neither is called optional."""
    assert "(optional)" not in client.get(reverse("webhooks:endpoint_new")).text
    answer = client.post(reverse("webhooks:endpoint_new"), {"form": "slack"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "name": ["Write a name to find it by."],
        "url": ["Write the address, beginning with https://."],
        "patterns": ["Choose at least one kind of event, or name one below."],
    }
    assert (
        client.post(reverse("webhooks:endpoint_new"), TYPED | {"patterns": []}).status_code == 200
    )


def test_a_name_is_there_once(client: Client, hub: Endpoint) -> None:
    answer = client.post(reverse("webhooks:endpoint_new"), TYPED | {"name": "HUB"})
    assert "There is an endpoint of this name already" in answer.content.decode()


def test_an_edit_that_missed_another_is_told_so(client: Client, hub: Endpoint, admin: User):
    page = client.get(reverse("webhooks:endpoint_edit", args=[hub.pk])).content.decode()
    assert 'name="seen"' in page
    seen = EndpointChange.objects.latest("pk").pk
    endpoints.switch_off(hub, by=admin, at=datetime.now(UTC))
    address = reverse("webhooks:endpoint_edit", args=[hub.pk])
    answer = client.post(address, TYPED | {"seen": seen})
    assert answer.status_code == 409
    assert "nothing of yours is saved" in answer.content.decode()
    newest = EndpointChange.objects.latest("pk").pk
    assert client.post(address, TYPED | {"seen": newest}).status_code == 302
    hub.refresh_from_db()
    assert hub.name == "On-call"


def test_the_secret_is_changed_with_an_overlap(client: Client, hub: Endpoint) -> None:
    address, old = reverse("webhooks:endpoint_secret", args=[hub.pk]), hub.secret
    page = client.post(address).content.decode()
    hub.refresh_from_db()
    assert hub.secret in page
    assert hub.secret != old == hub.former_secret
    assert client.post(address).status_code == 409
    client.post(reverse("webhooks:endpoint_secret_end", args=[hub.pk]))
    hub.refresh_from_db()
    assert hub.former_secret == ""
    assert client.post(address).status_code == 200


def test_a_delivery_shows_its_text_and_its_attempts(
    client: Client, hub: Endpoint, admin: User, failing: None
) -> None:
    client.post(reverse("webhooks:endpoint_test", args=[hub.pk]))
    delivery = Delivery.objects.get()
    attempt(delivery, datetime.now(UTC))
    page = client.get(delivery.get_absolute_url()).content.decode()
    assert delivery.message in page
    assert "It answered 500." in page
    assert "&lt;b&gt;out of order&lt;/b&gt;" in page
    assert "&quot;type&quot;:&quot;webhook.tested&quot;" in page


def test_again_is_for_what_is_not_about_to_be_sent_anyway(
    client: Client, hub: Endpoint, admin: User, failing: None
) -> None:
    delivery = sent(hub, admin)
    address = reverse("webhooks:delivery_again", args=[delivery.pk])
    answer = client.post(address)
    assert answer.status_code == 409
    assert "is being sent, or about to be" in answer.content.decode()
    attempt(delivery, datetime.now(UTC))
    job = Job.objects.get(key=delivery.message)
    assert job.due_at > datetime.now(UTC)
    assert client.post(address).status_code == 302
    job.refresh_from_db()
    assert job.due_at <= datetime.now(UTC)
    endpoints.switch_off(hub, by=admin, at=datetime.now(UTC))
    answer = client.post(address)
    assert answer.status_code == 409
    assert "Switch it on first" in answer.content.decode()


def test_deliveries_are_narrowed_and_paged(client: Client, hub: Endpoint, admin: User) -> None:
    at = datetime.now(UTC)
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=hub, event=f"run:{n}", message=f"msg_{n}", kind="step.ticked",
            sentence=f"Nr {n}.", body="{}", created_at=at,
            status=DeliveryStatus.FAILED if n % 2 else DeliveryStatus.DELIVERED,
        )
        for n in range(120)
    )  # fmt: skip
    address, seen = hub.get_absolute_url(), 0
    query = "?status=failed&kind=step.*"
    while query:
        answer = client.get(address + query)
        assert {row.status for row in answer.context["deliveries"]} == {"failed"}
        seen += len(answer.context["deliveries"])
        query = answer.context["older"]
    assert seen == 60
    assert "No delivery fits" in client.get(f"{address}?kind=run.").content.decode()
    assert client.get(f"{address}?status=nonsense&before=x").status_code == 200


def test_old_attempts_go_with_their_delivery(hub: Endpoint, admin: User, failing: None) -> None:
    delivery = sent(hub, admin)
    attempt(delivery, delivery.created_at + timedelta(seconds=1))
    delivery.delete()
    assert not DeliveryAttempt.objects.exists()
