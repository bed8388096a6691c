"""The API keeps what its OpenAPI description promises, whatever is sent to it.

Inputs are made from the description itself; ids in them are real ones of the demo hospital, most of the time, so
that requests get past the first look-up. The same inputs every time.
"""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.api.samples import Samples, add_samples
from tests.conftest import Clones, as_owner
from tests.running import RunningServer, room_for_a_server, running_server, sign_in

EXAMPLES = 14
NOWHERE = "00000000-0000-7000-8000-00000000dead"
load_all_checks()
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
# What would end the session that asks, or count against it.
LEFT_OUT = {
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/logout"),
    ("DELETE", "/api/me/sessions"),
    ("POST", "/api/me/password"),
    ("POST", "/api/auth/second-factor"),
    ("POST", "/api/auth/passkey"),
    ("POST", "/api/auth/step-up"),
}
# Tried, and never accepted: it takes a link from a mail, a device, or a picture.
MORE_THAN_A_BODY = {
    "POST /api/auth/reset",
    "POST /api/me/factors/passkeys",
    "POST /api/me/factors/totp/confirm",
    "DELETE /api/me/factors/passkeys/{passkey_id}",
    "PUT /api/me/photo",
    "PUT /api/users/{account_id}/photo",
    "PUT /api/products/{product_id}/photo",
    "PUT /api/patients/{patient_id}/photo",
}


@pytest.fixture(scope="module")
def conninfo(cluster, demo_template):
    made = Clones(cluster, demo_template)
    yield add_samples(made.make())
    made.drop_all()


@pytest.fixture(scope="module")
def server(conninfo):
    urls = {"DATABASE_URL": conninfo, "DATABASE_OWNER_URL": as_owner(conninfo)}
    with room_for_a_server() as room, running_server(room, settings=urls) as server:
        server.create_user("contract", "admin")
        server.start()
        yield server


@pytest.fixture(scope="module")
def description(server):
    with closing(sign_in(server, "contract")) as client:
        return schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())


@pytest.fixture(scope="module")
def session(server):
    with closing(sign_in(server, "contract")) as client, requests.Session() as session:
        session.cookies.update(dict(client.cookies))
        session.headers["X-CSRF-Token"] = client.headers["X-CSRF-Token"]
        yield session


@pytest.fixture(scope="module")
def samples(conninfo, server):
    return Samples(conninfo)


def with_real_ids(value: Any, known: dict[str, str | None]) -> Any:
    if isinstance(value, list):
        return [with_real_ids(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: known[name] if known.get(name) and isinstance(inner, str) else with_real_ids(inner, known)
        for name, inner in value.items()
    }


@dataclass
class Inquiry:
    """Sends cases to the server and notes what came back."""

    server: RunningServer
    session: requests.Session
    samples: Samples
    faults: list[str] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def send(self, case: Case, *, real: bool) -> None:
        if real:
            known = self.samples.for_path(case.operation.path)
            case.path_parameters = with_real_ids(dict(case.path_parameters or {}), known)
            case.body = with_real_ids(case.body, known)
        case.cookies = dict(self.session.cookies)
        case.headers = {**(case.headers or {}), "X-CSRF-Token": self.session.headers["X-CSRF-Token"]}
        answer = case.call(base_url=self.server.url, session=self.session, timeout=60)
        self.statuses[case.operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKED)
        except FailureGroup as group:
            self.faults.extend(
                f"{case.operation.label}: {answer.status_code} {failure.title}: {failure.message[:400]}"
                for failure in group.exceptions
            )

    def try_made_up(self, operation: APIOperation) -> None:
        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(), luck=st.integers(0, 3))
        def ask(case: Case, luck: int) -> None:
            self.send(case, real=luck > 0)

        ask()

    def try_documented(self, operation: APIOperation) -> None:
        """The example of the description, for the version that was never changed."""
        raw = operation.definition.raw
        content = raw.get("requestBody", {}).get("content", {}).get("application/json", {})
        examples = [content["example"]] if "example" in content else []
        examples += [item["value"] for item in content.get("examples", {}).values()]
        names = [part.partition("}")[0] for part in operation.path.split("{")[1:]]
        for example in examples or [None]:
            case = operation.Case(
                path_parameters=dict.fromkeys(names, NOWHERE),
                headers={"If-Match": '"1"'},
                **({"body": example, "media_type": "application/json"} if example is not None else {}),
            )
            self.send(case, real=True)


def test_the_api_keeps_its_description(server, description, session, samples):
    operations = [result.ok() for result in description.get_all_operations()]
    operations = [one for one in operations if (one.method.upper(), one.path) not in LEFT_OUT]
    inquiry = Inquiry(server, session, samples)
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
        inquiry.try_documented(operation)
        inquiry.try_made_up(operation)
    assert not inquiry.faults, "\n".join([*inquiry.faults, server.tail()])
    assert server.look() == []
    reached = {label for label, status in inquiry.statuses if status < 300}
    assert not any(status == 401 for _, status in inquiry.statuses)
    refused = {label for label, _ in inquiry.statuses} - reached
    assert refused >= MORE_THAN_A_BODY
    assert len(reached) > 0.65 * (len(operations) - len(MORE_THAN_A_BODY)), [
        (label, status, n) for (label, status), n in inquiry.statuses.items() if label in refused
    ]
