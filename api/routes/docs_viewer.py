"""The docs viewer: the repository's Markdown, read-only."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from api import doc_shelf

router = APIRouter(prefix="/api/v1/docs", tags=["docs"])


class DocRead(BaseModel):
    """A page on the list."""

    name: str = Field(examples=["architecture.md"])
    size: int = Field(description="bytes")
    mtime: float = Field(description="last change, seconds since 1970")


class DocsRead(BaseModel):
    """All pages, by folder."""

    docs: list[DocRead] = Field(description="the manual and the README")
    tools: list[DocRead] = Field(description="beside programs: examples, benchmarks, training")
    configs: list[DocRead] = Field(description="beside what an installation is set up with")


class DocContent(BaseModel):
    """One page."""

    name: str = Field(examples=["storage.md"])
    folder: str = Field(examples=["docs"])
    content: str = Field(description="Markdown", examples=["# Storage\n"])


@router.get("/list")
def list_docs() -> DocsRead:
    """Return the names of all pages."""
    shelf: dict[str, list[DocRead]] = {"docs": [], "tools": [], "configs": []}
    for doc in doc_shelf.listed():
        shelf[doc.folder].append(DocRead(name=doc.name, size=doc.size, mtime=doc.mtime))
    return DocsRead(**shelf)


@router.get("/file", responses={404: {"description": "No such page is on the list"}})
def read_doc(
    name: Annotated[str, Query(max_length=255, description="as on the list")],
    folder: Annotated[str, Query(max_length=16, description="docs, tools or configs")] = "docs",
) -> DocContent:
    """Return one page; 404 for whatever is not on the list."""
    doc = doc_shelf.find(folder, name)
    if doc is None:
        raise HTTPException(404, "no such page; GET /api/v1/docs/list names those there are")
    try:
        content = doc.file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise HTTPException(404, "this page is gone") from error
    return DocContent(name=doc.name, folder=doc.folder, content=content)
