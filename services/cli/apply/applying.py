"""Making collections, environments and mocks as files say: created where missing, updated where they differ.

Nothing is deleted. What is wrong with one thing is noted, and the others go on; what concerns all of them (the services
are away, the key is not accepted) ends the round, and a later one does what is left.
"""

import uuid
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar

from services.cli.apply.contents import Contents, Refusal, WantedCollection, WantedEnvironment, refusals_of
from services.cli.apply.manifest import WantedMock, WantedServerResponse, key_of, settled_with
from services.cli.apply.plan import environment_changes, mock_changes, server_response_changes, with_active
from services.cli.apply.report import Applied, Outcome, Report
from services.cli.lookup import find_collection, find_environment
from services.client import Understudy
from services.core.catalog import StoredEnvironment
from services.core.errors import (
    AlreadyExists,
    FieldViolation,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
    UnderstudyError,
)
from services.core.ids import AccountId, Etag, ServerResponseId
from services.core.mocks import Mock, MockDraft
from services.core.postman.environment import Environment
from services.core.postman.identity import mint

OF_THE_WHOLE_ROUND = (Unavailable, Unauthenticated, PermissionDenied)
"""Errors that every other thing would meet too."""

Found = TypeVar("Found")


class _WrongKey(Exception):
    """A key of a manifest names what is not there."""

    def __init__(self, key: str, error: NotFound | InvalidInput) -> None:
        super().__init__(key)
        self.key = key
        self.error = error

    def violation(self, path: str) -> FieldViolation:
        """Return what is wrong, with the key below the mock's path."""
        field = f"{path}.{self.key}"
        if isinstance(self.error, NotFound):
            return FieldViolation(
                field=field, problem=self.error.message, remedy=f"Put the {self.key}'s file beside this one."
            )
        return replace(self.error.violations[0], field=field)


async def apply_contents(understudy: Understudy, contents: Contents, account_id: AccountId) -> Report:
    """Make everything as wanted, mocks last, and return what became of each thing.

    Raises Unavailable, Unauthenticated and PermissionDenied, with what was done until then done.
    """
    report = Report(refused=list(contents.refusals))
    await _apply_collections(understudy, contents.collections, report)
    for environment in contents.environments:
        await _note(_apply_environment(understudy, environment), environment.file, report)
    await _Mocks(understudy, account_id, report).apply(contents.mocks)
    return report


async def _note(applying: Awaitable[Applied], file: str, report: Report) -> None:
    """Note what became of a collection or an environment, which is the whole of its file."""
    try:
        report.applied.append(await applying)
    except OF_THE_WHOLE_ROUND:
        raise
    except UnderstudyError as error:
        report.refused += refusals_of(file, error)


async def _apply_collections(understudy: Understudy, wanted: Sequence[WantedCollection], report: Report) -> None:
    if not wanted:
        return
    etags = {collection.id: collection.etag async for collection in understudy.catalog.list_collections()}
    for collection in wanted:
        await _note(_apply_collection(understudy, collection, etags.get(collection.id)), collection.file, report)


async def _apply_collection(understudy: Understudy, wanted: WantedCollection, etag: Etag | None) -> Applied:
    """Import a document; the catalog writes nothing, and keeps the etag, where it has the same already."""
    imported = await understudy.catalog.import_collection(wanted.document)
    collection = imported.collection
    outcome = Outcome.CREATED if imported.is_new else Outcome.UPDATED
    return Applied(
        file=wanted.file,
        kind="collection",
        name=collection.name,
        id=collection.id,
        outcome=Outcome.UNCHANGED if collection.etag == etag else outcome,
    )


async def _apply_environment(understudy: Understudy, wanted: WantedEnvironment) -> Applied:
    environment = wanted.environment
    changes: tuple[str, ...] = ()
    stored, is_new = await _environment(understudy, environment)
    if not is_new and (changes := environment_changes(stored, environment)):
        stored = await understudy.catalog.update_environment(
            stored.id, name=environment.name, variables=environment.variables
        )
    outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
    return Applied(
        file=wanted.file,
        kind="environment",
        name=stored.name,
        id=stored.id,
        outcome=Outcome.CREATED if is_new else outcome,
        changes=changes,
    )


async def _environment(understudy: Understudy, wanted: Environment) -> tuple[StoredEnvironment, bool]:
    """Return the stored environment and whether it is new; another `apply` of the same files may have just made it."""
    try:
        return await understudy.catalog.get_environment(wanted.id), False
    except NotFound:
        pass
    try:
        return await understudy.catalog.create_environment(wanted, request_id=str(uuid.uuid4())), True
    except AlreadyExists:
        return await understudy.catalog.get_environment(wanted.id), False


class _Mocks:
    """Makes mocks as wanted; a mock is known by its name within the account."""

    def __init__(self, understudy: Understudy, account_id: AccountId, report: Report) -> None:
        self._understudy = understudy
        self._registry = understudy.registry
        self._account_id = account_id
        self._report = report

    async def apply(self, wanted: Sequence[WantedMock]) -> None:
        """Make all of them so."""
        present: dict[str, list[Mock]] = defaultdict(list)
        if wanted:
            async for mock in self._registry.list_mocks():
                present[mock.name].append(mock)
        for each in wanted:
            await self._note(each, present[each.name])

    async def _note(self, wanted: WantedMock, present: Sequence[Mock]) -> None:
        try:
            self._report.applied.append(await self._apply(wanted, present))
        except OF_THE_WHOLE_ROUND:
            raise
        except _WrongKey as wrong:
            self._report.refused.append(Refusal(wanted.file, wrong.violation(wanted.path)))
        except UnderstudyError as error:
            self._report.refused += _refusals_of_mock(wanted, error)

    async def _apply(self, wanted: WantedMock, present: Sequence[Mock]) -> Applied:
        draft = await self._draft(wanted)
        if len(present) > 1:
            raise _ambiguous(present)
        mock = present[0] if present else await self._created(draft)
        ids, responses_changed = await self._server_responses(mock, wanted.server_responses or ())
        draft = with_active(draft, mock, wanted.server_responses, ids)
        fields = mock_changes(mock, draft)
        if fields:
            mock = await self._registry.update_mock(mock.id, draft, fields=fields)
        changes = (*fields, *(["server_responses"] if responses_changed else []))
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return Applied(
            file=wanted.file,
            kind="mock",
            name=mock.name,
            id=mock.id,
            outcome=outcome if present else Outcome.CREATED,
            changes=changes if present else (),
            url=mock.url,
        )

    async def _draft(self, wanted: WantedMock) -> MockDraft:
        """Return the draft with the ids of what the mock uses. Raises _WrongKey."""
        collection = await _named("collection", find_collection(self._understudy, wanted.collection))
        if not wanted.environment:
            return settled_with(wanted.draft, collection.id)
        environment = await _named("environment", find_environment(self._understudy, wanted.environment))
        return settled_with(wanted.draft, collection.id, environment.id)

    async def _created(self, draft: MockDraft) -> Mock:
        """Return a new mock of that name, or the one that somebody who applies the same files has made meanwhile.

        That is what the request's id is for, which follows from the name. Of a mock that was deleted or renamed since,
        registry remembers it too; then this is another request.
        """
        try:
            mock = await self._registry.create_mock(draft, request_id=mint("mock", self._account_id, draft.name))
        except NotFound as error:
            if error.kind != "mock":
                raise
        else:
            if mock.name == draft.name:
                return mock
        return await self._registry.create_mock(draft, request_id=str(uuid.uuid4()))

    async def _server_responses(
        self, mock: Mock, wanted: Sequence[WantedServerResponse]
    ) -> tuple[list[ServerResponseId], bool]:
        """Make the mock's server responses as wanted; return their ids, and whether any was not so."""
        if not wanted:
            return [], False
        present = {response.name: response async for response in self._registry.list_server_responses(mock.id)}
        ids, is_changed = [], False
        for draft in (each.draft for each in wanted):
            response = present.get(draft.name)
            if response is None:
                is_changed = True
                response = await self._registry.create_server_response(mock.id, draft, request_id=str(uuid.uuid4()))
            elif fields := server_response_changes(response, draft):
                is_changed = True
                await self._registry.update_server_response(mock.id, response.id, draft, fields=fields)
            ids.append(response.id)
        return ids, is_changed


def _ambiguous(mocks: Sequence[Mock]) -> InvalidInput:
    ids = ", ".join(mock.id for mock in mocks)
    problem = f"{len(mocks)} mocks have the name {mocks[0].name!r} already: {ids}."
    return InvalidInput.of("mock.name", problem, "Rename or delete all but one.")


async def _named(key: str, finding: Awaitable[Found]) -> Found:
    """Return what a key of a manifest names. Raises _WrongKey where there is no such thing, or more than one."""
    try:
        return await finding
    except (NotFound, InvalidInput) as error:
        raise _WrongKey(key, error) from error


def _refusals_of_mock(wanted: WantedMock, error: UnderstudyError) -> list[Refusal]:
    """Return what registry says of a mock, in the keys of its manifest."""
    refusals = refusals_of(wanted.file, error)
    return [
        replace(refusal, violation=replace(refusal.violation, field=_key_in(wanted, refusal.violation.field)))
        for refusal in refusals
    ]


def _key_in(wanted: WantedMock, field: str) -> str:
    return key_of(wanted.path, field) if field else wanted.path
