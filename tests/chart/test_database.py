"""PostgreSQL: the bundled one, one's own by its parts or by URLs, and the migrations."""

import pytest

from tests.chart.rendering import GRPC_COMPONENTS, rendered, rendered_with

every_service = pytest.mark.parametrize("component", GRPC_COMPONENTS)


@every_service
def test_each_service_comes_as_a_role_of_its_own(component: str) -> None:
    environment = rendered("defaults").pod(component).environment
    prefix = component.upper()

    assert "understudy-postgresql" == environment[f"{prefix}_DATABASE_HOST"]
    assert component == environment[f"{prefix}_DATABASE_USER"]
    assert {"secretKeyRef": {"name": "understudy-database", "key": f"{component}-password"}} == environment[
        f"{prefix}_DATABASE_PASSWORD"
    ]


@pytest.mark.parametrize("component", ["edge", "gateway"])
def test_who_needs_no_database_is_told_of_none(component: str) -> None:
    assert not [name for name in rendered("defaults").pod(component).environment if "DATABASE" in name]


@every_service
def test_an_external_database_is_named_by_its_parts(component: str) -> None:
    environment = rendered("external-database").pod(component).environment
    prefix = f"{component.upper()}_DATABASE"

    assert {
        f"{prefix}_HOST": "db.example.com",
        f"{prefix}_PORT": "6432",
        f"{prefix}_NAME": "mocks",
        f"{prefix}_USER": f"mocks_{component}",
        f"{prefix}_PASSWORD": {"secretKeyRef": {"name": "mocks-database", "key": component}},
        f"{prefix}_TLS": "verify-full",
        f"{prefix}_AUTHORITY_FILE": "/etc/understudy/database/ca.crt",
    } == {name: value for name, value in environment.items() if "_DATABASE_" in name and "POOL" not in name}


@pytest.mark.parametrize("component", [*GRPC_COMPONENTS, "migrations"])
def test_the_authority_of_the_database_is_mounted(component: str) -> None:
    pod = rendered("external-database").pod(component)
    (volume,) = [each for each in pod.spec["volumes"] if each["name"] == "database-authority"]

    assert {"secretName": "rds-authority", "items": [{"key": "bundle.pem", "path": "ca.crt"}]} == volume["secret"]
    assert "/etc/understudy/database" in [each["mountPath"] for each in pod.container["volumeMounts"]]


@every_service
def test_an_external_database_is_named_by_urls(component: str) -> None:
    environment = rendered("hook-migrations").pod(component).environment
    prefix = f"{component.upper()}_DATABASE"

    assert {
        f"{prefix}_URL": {"secretKeyRef": {"name": "mocks-urls", "key": f"{component.upper()}_URL"}},
        f"{prefix}_AUTHORITY_FILE": "/etc/understudy/database/ca.crt",
    } == {name: value for name, value in environment.items() if "_DATABASE_" in name}


def test_an_external_database_brings_no_bundled_one() -> None:
    chart = rendered("external-database")

    assert not [each for each in chart.manifests if "postgresql" in each["metadata"]["name"]]
    assert "understudy-database" not in chart.of_kind("Secret")


def test_the_owner_is_known_to_the_migrations_alone() -> None:
    chart = rendered("external-database")
    owners = {pod.component for pod in chart.pods() if "mocks-database-owner" in str(pod.spec)}

    assert {"migrations"} == owners
    assert "mocks_owner" == chart.pod("migrations").environment["UNDERSTUDY_DATABASE_USER"]


def test_the_owners_url_may_lie_apart() -> None:
    values = {"database": {"external": {"ownerSecret": "owner"}}}
    environment = rendered_with(values, on="hook-migrations").pod("migrations").environment

    assert {"secretKeyRef": {"name": "owner", "key": "OWNER_URL"}} == environment["UNDERSTUDY_DATABASE_URL"]


def test_the_migrations_make_the_roles_where_they_are_asked_to() -> None:
    bundled = rendered("defaults").pod("migrations").environment
    external = rendered("external-database").pod("migrations").environment
    without = rendered("gitops").pod("migrations").environment

    assert "true" == bundled["UNDERSTUDY_CREATE_ROLES"] == external["UNDERSTUDY_CREATE_ROLES"]
    assert {"secretKeyRef": {"name": "mocks-database", "key": "calllog"}} == external["CALLLOG_DATABASE_PASSWORD"]
    assert "UNDERSTUDY_CREATE_ROLES" not in without
    assert "CALLLOG_DATABASE_PASSWORD" not in without


def test_the_migrations_grant_to_roles_of_other_names() -> None:
    values = {"database": {"external": {"users": {"catalog": "other"}}}}

    assert "other" == rendered_with(values, on="gitops").pod("migrations").environment["CATALOG_DATABASE_USER"]


def test_migrations_are_a_plain_job_by_default() -> None:
    (job,) = rendered("defaults").of_kind("Job").values()

    assert "annotations" not in job["metadata"]
    assert ["migrate", "--phase", "pre"] == rendered("defaults").pod("migrations").container["args"]
    assert "Never" == rendered("defaults").pod("migrations").spec["restartPolicy"]
    assert "300" == rendered("defaults").pod("migrations").environment["UNDERSTUDY_WAIT"]
    assert 86400 == job["spec"]["ttlSecondsAfterFinished"]


def test_a_job_that_would_run_something_else_has_another_name() -> None:
    (name,) = rendered_with({}).of_kind("Job")
    (same,) = rendered_with({"edge": {"replicas": 7}}).of_kind("Job")
    (other,) = rendered_with({"image": {"tag": "0.2.0"}}).of_kind("Job")

    assert name == same
    assert name != other


def test_a_finished_job_stays_where_nothing_may_bring_it_back() -> None:
    (job,) = rendered("gitops").of_kind("Job").values()

    assert "ttlSecondsAfterFinished" not in job["spec"]


def test_migrations_can_be_a_hook() -> None:
    chart = rendered("hook-migrations")
    job = chart.one("Job", "understudy-migrations")
    account = chart.one("ServiceAccount", "understudy-migrations-hook")

    assert "pre-install,pre-upgrade" == job["metadata"]["annotations"]["helm.sh/hook"]
    assert "before-hook-creation" == job["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
    assert "pre-install,pre-upgrade" == account["metadata"]["annotations"]["helm.sh/hook"]
    assert int(account["metadata"]["annotations"]["helm.sh/hook-weight"]) < int(
        job["metadata"]["annotations"]["helm.sh/hook-weight"]
    )
    assert ["migrate", "--phase", "all"] == chart.pod("migrations").container["args"]


def test_a_hook_needs_nothing_that_the_release_would_bring_later() -> None:
    chart = rendered("hook-migrations")
    spec = chart.pod("migrations").spec
    of_the_release = chart.of_kind("Secret").keys() | chart.of_kind("ConfigMap").keys()

    assert not [name for name in of_the_release if name in str(spec)]


def test_the_way_back_from_hook_to_job_meets_nothing_that_helm_does_not_own() -> None:
    # Helm takes over no object that it has made as a hook; the Jobs have different names anyway.
    hooks = {
        (each["kind"], each["metadata"]["name"])
        for each in rendered("hook-migrations").manifests
        if "helm.sh/hook" in each["metadata"].get("annotations", {})
    }
    plain = rendered_with({"migrations": {"mode": "job"}}, on="hook-migrations").manifests

    assert {"Job", "ServiceAccount"} <= {kind for kind, _ in hooks}
    assert set() == hooks & {
        (each["kind"], each["metadata"]["name"])
        for each in plain
        if "helm.sh/hook" not in each["metadata"].get("annotations", {})
    }


def test_the_migrations_can_show_the_database_a_certificate() -> None:
    values = {
        "migrations": {
            "extraVolumes": [{"name": "client", "secret": {"secretName": "owner-tls"}}],
            "extraVolumeMounts": [{"name": "client", "mountPath": "/etc/client", "readOnly": True}],
        }
    }
    pod = rendered_with(values, on="hook-migrations").pod("migrations")

    assert {"name": "client", "secret": {"secretName": "owner-tls"}} in pod.spec["volumes"]
    assert "/etc/client" in [each["mountPath"] for each in pod.container["volumeMounts"]]


def test_the_bundled_database_keeps_its_data_on_a_volume() -> None:
    workload = rendered("defaults").one("StatefulSet", "understudy-postgresql")
    (claim,) = workload["spec"]["volumeClaimTemplates"]
    environment = rendered("defaults").pod("postgresql").environment

    assert 1 == workload["spec"]["replicas"]
    assert "postgres:15-bookworm" == rendered("defaults").pod("postgresql").container["image"]
    assert {"requests": {"storage": "8Gi"}} == claim["spec"]["resources"]
    assert environment["PGDATA"].startswith("/var/lib/postgresql/data/")


def test_the_bundled_database_can_do_without_a_volume() -> None:
    workload = rendered("evaluation").one("StatefulSet", "understudy-postgresql")

    assert "volumeClaimTemplates" not in workload["spec"]
    assert {"name": "data", "emptyDir": {}} in workload["spec"]["template"]["spec"]["volumes"]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_the_bundled_database_is_probed_by_its_own_program(probe: str) -> None:
    assert "pg_isready" in str(rendered("defaults").pod("postgresql").container[probe]["exec"]["command"])


def test_the_script_that_starts_the_bundled_database_restarts_it_when_changed() -> None:
    assert "checksum/config" in rendered("defaults").pod("postgresql").metadata["annotations"]
