"""What a mock may change about matching."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSettings:
    """The matching part of a mock's `config` in Postman's API, and Understudy's own switches.

    match_headers: names of the headers that must be equal; none switches header matching off.
    match_body: whether bodies must be equal.
    match_query_params: False leaves the query out of the score.
    match_wildcards: False makes an unresolved variable in a saved URL plain text.
    fuzzy_paths: whether a path that is merely similar may answer; Postman's mocks always allow it.
    placeholder_wildcards: whether a path variable whose stored value is a placeholder of the OpenAPI converter, like
        `<string>`, stands for any segment; Postman takes the placeholder literally.
    base_path_fallback: whether an example whose base URL is a variable with a path in it (`https://host/v1`) also
        answers without that path when nothing answers with it; Postman's does not.
    """

    match_headers: tuple[str, ...] = ()
    match_body: bool = False
    match_query_params: bool = True
    match_wildcards: bool = True
    fuzzy_paths: bool = True
    placeholder_wildcards: bool = True
    base_path_fallback: bool = True
