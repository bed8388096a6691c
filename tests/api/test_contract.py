"""The API keeps what its OpenAPI description promises, whatever is sent to it.

Inputs are made from the description itself; ids in them are real ones of the demo hospital, most of the time, so
that requests get past the first look-up. The same inputs every time.
"""

from collections import Counter
from contextlib import closing
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.api.samples import Samples
from tests.conftest import Clones
from tests.running import RunningServer, room_for_a_server, running_server, sign_in

EXAMPLES = 6
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
}


@pytest.fixture(scope="module")
def conninfo(cluster, demo_template):
    made = Clones(cluster, demo_template)
    yield made.make()
    made.drop_all()


@pytest.fixture(scope="module")
def server(conninfo):
    with room_for_a_server() as room, running_server(room, settings={"DATABASE_URL": conninfo}) as server:
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


def faults_of(
    operation: APIOperation,
    server: RunningServer,
    session: requests.Session,
    samples: Samples,
    statuses: Counter[tuple[str, int]],
) -> list[str]:
    """What the checks found with some inputs for one operation; statuses are noted."""
    found: list[str] = []
    known = samples.for_path(operation.path)

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), real=st.integers(0, 3))
    def ask(case: Case, real: int) -> None:
        if real:
            case.path_parameters = with_real_ids(case.path_parameters or {}, known)
            case.body = with_real_ids(case.body, known)
        case.cookies = dict(session.cookies)
        case.headers = {**(case.headers or {}), "X-CSRF-Token": session.headers["X-CSRF-Token"]}
        answer = case.call(base_url=server.url, session=session, timeout=60)
        statuses[operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKED)
        except FailureGroup as group:
            found.extend(
                f"{operation.label}: {answer.status_code} {failure.title}: {failure.message[:400]}"
                for failure in group.exceptions
            )

    ask()
    return found


def test_the_api_keeps_its_description(server, description, session, samples):
    operations = [result.ok() for result in description.get_all_operations()]
    statuses: Counter[tuple[str, int]] = Counter()
    faults = [
        fault
        for operation in operations
        if (operation.method.upper(), operation.path) not in LEFT_OUT
        for fault in faults_of(operation, server, session, samples, statuses)[:1]
    ]
    assert not faults, "\n".join([*faults, server.tail()])
    assert server.look() == []
    reached = {label for label, status in statuses if status < 300}
    assert not any(status == 401 for _, status in statuses)
    assert len(reached) > 0.8 * len(operations), sorted({label for label, _ in statuses} - reached)
