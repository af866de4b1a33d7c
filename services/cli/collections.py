"""`understudy collections`: what is imported, and the release tags that pin its versions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.cli.commands import Session, client_command
from services.cli.lookup import find_collection
from services.cli.output import Column, size_text, time_text
from services.core.catalog import ReleaseTag, StoredCollection, StoredExample
from services.core.errors import InvalidInput

app = typer.Typer(help="Imported collections and their release tags.", no_args_is_help=True)

COLUMNS = (
    Column[StoredCollection]("NAME", lambda collection: collection.name),
    Column[StoredCollection]("ID", lambda collection: collection.id, is_whole=True),
    Column[StoredCollection]("FORMAT", lambda collection: f"v{collection.schema_version}"),
    Column[StoredCollection]("REQUESTS", lambda collection: str(collection.item_count)),
    Column[StoredCollection]("EXAMPLES", lambda collection: str(collection.example_count)),
    Column[StoredCollection]("SIZE", lambda collection: size_text(collection.size_bytes)),
    Column[StoredCollection]("UPDATED", lambda collection: time_text(collection.update_time)),
)

DETAILS = (
    *COLUMNS,
    Column[StoredCollection]("DESCRIPTION", lambda collection: collection.description.partition("\n")[0]),
    Column[StoredCollection]("ETAG", lambda collection: collection.etag),
)

TAG_COLUMNS = (
    Column[ReleaseTag]("NAME", lambda tag: tag.name),
    Column[ReleaseTag]("COLLECTION", lambda tag: tag.collection_id, is_whole=True),
    Column[ReleaseTag]("CREATED", lambda tag: time_text(tag.create_time)),
)

EXAMPLE_COLUMNS = (
    Column[StoredExample]("PLACE", lambda stored: " > ".join(stored.example.place)),
    Column[StoredExample]("EXAMPLE", lambda stored: stored.example.name),
    Column[StoredExample]("METHOD", lambda stored: stored.example.request.method),
    Column[StoredExample]("PATH", lambda stored: stored.example.request.url.path or "/"),
    Column[StoredExample]("CODE", lambda stored: str(stored.example.code)),
    Column[StoredExample]("ID", lambda stored: stored.example.id, is_whole=True),
)

Collection = Annotated[str, typer.Argument(metavar="COLLECTION", help="Id, uid or name of a collection.")]
TagName = Annotated[str, typer.Argument(metavar="TAG", help="Name of a release tag.")]
Etag = Annotated[str, typer.Option(metavar="ETAG", help="Fail if it was changed since it had this etag.")]


@client_command(app, "list")
async def list_collections(
    session: Session, *, name: Annotated[str, typer.Option(help="Only those of exactly this name.")] = ""
) -> None:
    """List the collections by name."""
    found = [collection async for collection in session.understudy.catalog.list_collections(name=name)]
    session.output.things(found, COLUMNS, none="There is no collection yet: `understudy import FILE` brings one in.")


@client_command(app, "get")
async def get_collection(session: Session, collection: Collection) -> None:
    """Show one collection."""
    session.output.thing(await find_collection(session.understudy, collection), DETAILS)


@client_command(app, "update")
async def update_collection(
    session: Session,
    collection: Collection,
    *,
    name: Annotated[str | None, typer.Option(help="The new name.")] = None,
    description: Annotated[str | None, typer.Option(help="The new description.")] = None,
    etag: Etag = "",
) -> None:
    """Change a collection's name or description, in its document."""
    if name is None and description is None:
        raise InvalidInput.of("update", "has nothing to change.", "Give --name or --description.")
    found = await find_collection(session.understudy, collection)
    changed = await session.understudy.catalog.update_collection(
        found.id, name=name, description=description, etag=etag
    )
    session.output.thing(changed, DETAILS)


@client_command(app, "delete")
async def delete_collection(session: Session, collection: Collection, *, etag: Etag = "") -> None:
    """Delete a collection with its release tags; its mocks stop answering."""
    found = await find_collection(session.understudy, collection)
    await session.understudy.catalog.delete_collection(found.id, etag=etag)
    session.output.done(f"Deleted the collection {found.name!r} ({found.id}).", deleted=found.id)


@client_command(app, "export")
async def export_collection(
    session: Session,
    collection: Collection,
    *,
    tag: Annotated[str, typer.Option(metavar="TAG", help="The version that this release tag pins.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of standard output.")
    ] = None,
) -> None:
    """Give back a collection's JSON as it was imported, with the edits made since."""
    found = await find_collection(session.understudy, collection)
    _, document = await session.understudy.catalog.export_collection(found.id, release_tag=tag)
    if output is None:
        sys.stdout.buffer.write(document)
    else:
        output.write_bytes(document)
        session.output.done(
            f"Wrote {size_text(len(document))} to {output}.", file=str(output), size_bytes=len(document)
        )


@client_command(app, "examples")
async def list_examples(session: Session, collection: Collection) -> None:
    """List the examples a mock of the collection can answer with."""
    found = await find_collection(session.understudy, collection)
    examples = [stored async for stored in session.understudy.catalog.list_examples(found.id)]
    session.output.things(examples, EXAMPLE_COLUMNS, none="No example of this collection can be mocked.")


@client_command(app, "tag")
async def create_release_tag(session: Session, collection: Collection, tag: TagName) -> None:
    """Pin the collection's present version under a name."""
    found = await find_collection(session.understudy, collection)
    session.output.thing(await session.understudy.catalog.create_release_tag(found.id, tag), TAG_COLUMNS)


@client_command(app, "tags")
async def list_release_tags(session: Session, collection: Collection) -> None:
    """List a collection's release tags, newest first."""
    found = await find_collection(session.understudy, collection)
    tags = [tag async for tag in session.understudy.catalog.list_release_tags(found.id)]
    session.output.things(tags, TAG_COLUMNS, none="There is no release tag: `understudy collections tag` makes one.")


@client_command(app, "untag")
async def delete_release_tag(session: Session, collection: Collection, tag: TagName) -> None:
    """Delete a release tag; mocks that are pinned to it stop answering."""
    found = await find_collection(session.understudy, collection)
    await session.understudy.catalog.delete_release_tag(found.id, tag)
    session.output.done(f"Deleted the release tag {tag!r} of {found.name!r}.", deleted=tag)
