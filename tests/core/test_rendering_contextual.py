"""Contextual templates: what of a call they repeat, their paths, defaults and escapes, and what they never do."""

import re

import pytest

from services.core.matching.call import Call
from services.core.rendering.gaps import MAX_INSERTED
from services.core.rendering.tokens import compile_template
from tests.core.chance import an_occasion

JSON = (
    '{"name": "Ada", "a.a": "dotted", "a": {"b": [{"c": 1}, [true, null]], "": "nameless"}, "0": "zero",'
    ' "price": 1.50, "big": 12345678901234567890123, "huge": 1e400, "yes": true, "none": null, "empty": "",'
    ' "quote": "say \\"hi\\"", "tokens": "{{$guid}} {{secret}}", "b\\\\c": "backslash", "it\'s": "quoted",'
    ' "list": [1, "two", {"three": 3}], "unicode": "\\u00e9\\ud83d\\ude00"}'
)

CALL = Call(
    method="POST",
    path="/product/12345/a%2Fb/",
    query="page=2&page=3&empty=&flag&a%20b=c+d&name=%7B%7B%24guid%7D%7D",
    headers=(
        ("content-type", "application/json"),
        ("x-tenant", "acme"),
        ("accept", "text/html"),
        ("accept", "*/*"),
        ("x-name", "J\xc3\xbcrgen"),
        ("x-latin", "J\xfcrgen"),
        ("x-api-key", "USK-secret"),
    ),
    body=JSON.encode(),
)

VARIABLES = {"secret": "shh", "key": "name", "fallback": "from a variable", "$body": "shadowed"}

TEMPLATES = (
    # template, what it becomes
    # $body: a value inside the body
    ("{{$body 'name'}}", "Ada"),
    ("Hello {{$body 'name'}}!", "Hello Ada!"),
    ("{{$body 'name'}}{{$body 'name'}}", "AdaAda"),
    ("{{$body 'a.b.0.c'}}", "1"),
    ("{{$body 'a.b.1.0'}}", "true"),
    ("{{$body 'list.2.three'}}", "3"),
    ("{{$body 'list.length'}}", "3"),
    ("{{$body 'a\\.a'}}", "dotted"),
    ("{{$body '0'}}", "zero"),
    ("{{$body 'a.'}}", "nameless"),
    ("{{$body 'b\\\\c'}}", "backslash"),
    ("{{$body 'it\\'s'}}", "quoted"),
    ('{{$body "it\'s"}}', "quoted"),
    ("{{$body 'unicode'}}", "é😀"),
    # values that are no strings
    ("{{$body 'price'}}", "1.5"),
    ("{{$body 'big'}}", "12345678901234567890123"),
    ("{{$body 'huge'}}", "1e400"),
    ("{{$body 'yes'}}", "true"),
    ("{{$body 'none'}}", "null"),
    ("{{$body 'empty'}}", ""),
    ("{{$body 'list'}}", '[1,"two",{"three":3}]'),
    ("{{$body 'a.b'}}", '[{"c":1},[true,null]]'),
    # what is not there
    ("<{{$body 'missing'}}>", "<>"),
    ("<{{$body 'name.first'}}>", "<>"),
    ("<{{$body 'list.3'}}>", "<>"),
    ("<{{$body 'list.-1'}}>", "<>"),
    ("<{{$body 'list.00'}}>", "<>"),
    ("<{{$body 'list.99999999999999999999'}}>", "<>"),
    ("<{{$body 'list.two'}}>", "<>"),
    ("<{{$body 'none.deeper'}}>", "<>"),
    ("<{{$body 'a..b'}}>", "<>"),
    ("<{{$body ' name'}}>", "<>"),
    # $queryParams
    ("{{$queryParams 'page'}}", "2"),
    ("{{$queryParams 'a b'}}", "c d"),
    ("<{{$queryParams 'empty' 'default'}}>", "<>"),
    ("<{{$queryParams 'flag' 'default'}}>", "<>"),
    ("<{{$queryParams 'missing'}}>", "<>"),
    ("<{{$queryParams 'Page'}}>", "<>"),
    # $pathSegments
    ("{{$pathSegments '0'}}", "product"),
    ("{{$pathSegments '1'}}", "12345"),
    ("{{$pathSegments '2'}}", "a/b"),
    ("{{$pathSegments '3' 'none'}}", "none"),
    ("{{$pathSegments '-1' 'none'}}", "none"),
    ("{{$pathSegments 'x' 'none'}}", "none"),
    ("{{$pathSegments '٣' 'none'}}", "none"),
    # $headers
    ("{{$headers 'x-tenant'}}", "acme"),
    ("{{$headers 'X-Tenant'}}", "acme"),
    ("{{$headers 'accept'}}", "text/html, */*"),
    ("{{$headers 'x-name'}} {{$headers 'x-latin'}}", "Jürgen Jürgen"),
    ("{{$headers 'x-missing' 'none'}}", "none"),
    ("<{{$headers 'x-api-key'}}>", "<>"),
    # defaults
    ("{{$body 'missing' 'nobody'}}", "nobody"),
    ("{{$body 'name' 'nobody'}}", "Ada"),
    ("{{$body 'none' 'nobody'}}", "null"),
    ("{{$body 'empty' 'nobody'}}", ""),
    ("{{$body 'missing' ''}}", ""),
    ('{{$body "missing" "no \\"body\\""}}', 'no "body"'),
    ("{{$body 'missing' 'it\\'s \\\\ \\n'}}", "it's \\ \\n"),
    ("{{$body 'missing' '{{$randomTransactionType}}'}}", re.compile("deposit|withdrawal|payment|invoice")),
    ("{{$body 'missing' 'id-{{$randomInt}}!'}}", re.compile(r"id-\d{1,4}!")),
    ("{{$body 'name' '{{$randomInt}}'}}", "Ada"),
    ("{{$body 'missing' '{{unknown}}'}}", "{{unknown}}"),
    ("{{$body 'missing' '{{id}}'}}", "7"),
    ("{{$body 'missing' \"{{$queryParams 'page'}}\"}}", "2"),
    ("{{$body 'missing' '{{fallback}}'}}", "from a variable"),
    # keys may hold tokens too
    ("{{$body '{{key}}'}}", "Ada"),
    ("{{$body '{{field}}'}}", "Ada"),
    ("{{$body 'list.{{index}}'}}", "two"),
    ("<{{$body '{{dotted}}'}}>", "<dotted>"),
    # blanks
    ("{{ $body 'name' }}", "Ada"),
    ("{{\n\t$body\n'name'\n'x'\n}}", "Ada"),
    ("{{$body'name'}}", "{{$body'name'}}"),
    ("{{$body 'missing''x'}}", "{{$body 'missing''x'}}"),
    # what is no template stays as it is
    ("{{$body name}}", "{{$body name}}"),
    ("{{$body 'name}}", "{{$body 'name}}"),
    ("{{$body 'name\"}}", "{{$body 'name\"}}"),
    ("{{$body 'a' 'b' 'c'}}", "{{$body 'a' 'b' 'c'}}"),
    ("{{$Body 'name'}}", "{{$Body 'name'}}"),
    ("{{$bodyx 'name'}}", "{{$bodyx 'name'}}"),
    ("{{$cookies 'name'}}", "{{$cookies 'name'}}"),
    ("{{body 'name'}}", "{{body 'name'}}"),
    ("{{$queryParams}}", "{{$queryParams}}"),
    ("{{$pathSegments}}", "{{$pathSegments}}"),
    ("{{$headers}}", "{{$headers}}"),
    ("{{$foo}}", "{{$foo}}"),
    ("{{ $guid }}", "{{ $guid }}"),
    ("{$body 'name'}", "{$body 'name'}"),
    ("{{$body 'name'}", "{{$body 'name'}"),
    # what stands around it
    ("{{{$body 'name'}}}", "{Ada}"),
    ("{{{{$body 'name'}}}}", "{{Ada}}"),
    ("{{$body '{{$body 'name'}}", "{{$body 'Ada"),
    # text of the call is never looked at again
    ("{{$body 'tokens'}}", "{{$guid}} {{secret}}"),
    ("{{$queryParams 'name'}}", "{{$guid}}"),
    ("{{{$body 'name'}}{{$body 'name'}}}", "{AdaAda}"),
)

CAPTURES = {"id": "7", "field": "name", "index": "1", "dotted": "a.a"}


@pytest.mark.parametrize(("template", "expected"), TEMPLATES)
def test_a_template_becomes(template: str, expected: str | re.Pattern[str]) -> None:
    text = rendered(template, CALL)

    assert expected.fullmatch(text) if isinstance(expected, re.Pattern) else expected == text


def rendered(template: str, call: Call, *, is_json: bool = False) -> str:
    compiled = compile_template(template, VARIABLES, CAPTURES, is_json=is_json)
    return compiled.fill(an_occasion(call, captures=CAPTURES))


BODIES = (
    # content type, body, template, what it becomes
    ("text/plain", "just text", "{{$body 'x' 'none'}}", "none"),
    ("text/plain", '{"x": 1}', "{{$body 'x'}}", "1"),
    ("", '[{"x": 1}]', "{{$body '0.x'}}", "1"),
    ("", '[{"x": 1}]', "{{$body ''}}", '[{"x":1}]'),
    ("", "7", "{{$body ''}}", "7"),
    ("", '{"x": NaN}', "{{$body 'x' 'none'}}", "none"),
    ("application/json", '{"x": 1', "{{$body 'x' 'none'}}", "none"),
    ("application/json", "", "{{$body 'x' 'none'}}", "none"),
    ("application/json", "[" * 100_000, "{{$body '0' 'none'}}", "none"),
    ("application/json", '\ufeff{"x": 1}', "{{$body 'x'}}", "1"),
    ("application/json", '{"x": 1, "x": 2}', "{{$body 'x'}}", "2"),
    ("application/x-www-form-urlencoded", "a=1&a=2&b+c=d%20e", "{{$body 'a'}} {{$body 'b c'}}", "1 d e"),
    ("application/x-www-form-urlencoded; charset=utf-8", "a=%C3%A9", "{{$body 'a'}}", "é"),
    ("Application/X-WWW-Form-Urlencoded", "a=1", "{{$body 'a'}}", "1"),
    ("text/plain", "a=1", "{{$body 'a' 'none'}}", "none"),
)


@pytest.mark.parametrize(("content_type", "body", "template", "expected"), BODIES)
def test_bodies_are_json_where_they_parse_and_forms_where_they_say_so(
    content_type: str, body: str, template: str, expected: str
) -> None:
    assert expected == rendered(template, a_post(body.encode(), content_type))


def a_post(body: bytes, content_type: str = "") -> Call:
    headers = (("content-type", content_type),) if content_type else ()
    return Call(method="POST", path="/", query="", headers=headers, body=body)


MULTIPART = (
    b"preamble is ignored\r\n"
    b"--XX\r\n"
    b'Content-Disposition: form-data; name="first"\r\n\r\n'
    b"one\r\ntwo\r\n"
    b"--XX\r\n"
    b'content-disposition: form-data; name="first"\r\n\r\n'
    b"again\r\n"
    b"--XX\r\n"
    b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    b"content\r\n"
    b"--XX\r\n"
    b"Content-Disposition: form-data; name=bare\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"caf\xc3\xa9 \xff\r\n"
    b"--XX\r\n"
    b'Content-Disposition: form-data; name=""\r\n\r\n'
    b"nameless\r\n"
    b"--XX\r\nno headers at all\r\n"
    b"--XX--\r\n"
    b"--XX\r\n"
    b'Content-Disposition: form-data; name="late"\r\n\r\n'
    b"epilogue\r\n"
)


@pytest.mark.parametrize("boundary", ["boundary=XX", 'boundary="XX"', "charset=utf-8; Boundary=XX"])
@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("first", "one\r\ntwo"),
        ("file", "none"),
        ("bare", "café \N{REPLACEMENT CHARACTER}"),
        ("late", "none"),
        ("missing", "none"),
    ],
)
def test_of_a_multipart_body_text_fields_are_read_and_files_are_not(boundary: str, key: str, expected: str) -> None:
    call = a_post(MULTIPART, f"multipart/form-data; {boundary}")

    assert expected == rendered(f"{{{{$body '{key}' 'none'}}}}", call)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed"])
def test_a_multipart_body_that_cannot_be_cut_has_no_fields(content_type: str) -> None:
    assert "none" == rendered("{{$body 'first' 'none'}}", a_post(MULTIPART, content_type))


@pytest.mark.parametrize("template", ["{{$body}}", "{{ $body\t}}", "{{$body }}"])
def test_the_whole_body_is_inserted_as_it_was_received(template: str) -> None:
    body = b' {"b": 1,\r\n "a": {{$guid}} \xff}'
    compiled = compile_template(template, {}, ())

    assert body.decode(errors="replace") == compiled.fill(an_occasion(a_post(body)))
    assert "" == compiled.fill(an_occasion(a_post(b"")))


def test_a_variable_of_the_same_name_goes_before_a_template() -> None:
    assert "shadowed" == rendered("{{$body}}", CALL)


QUOTED = (
    # template of a JSON example, what it becomes
    ('{"q": "{{$body \'quote\'}}"}', '{"q": "say \\"hi\\""}'),
    ("{\"q\": {{$body 'quote'}}}", '{"q": say "hi"}'),
    ("{\"list\": {{$body 'list'}}}", '{"list": [1,"two",{"three":3}]}'),
    ('{"list": "{{$body \'list\'}}"}', '{"list": "[1,\\"two\\",{\\"three\\":3}]"}'),
    (r"""{"a": "\"{{$body 'quote'}}"}""", r'{"a": "\"say \"hi\""}'),
    ('{"a": "\\\\", "q": {{$body \'quote\'}}}', '{"a": "\\\\", "q": say "hi"}'),
    ("{\"{{$body 'quote'}}\": 1}", '{"say \\"hi\\"": 1}'),
    ('{"a": "{{$body \'missing\' \'say "hi"\'}}"}', '{"a": "say \\"hi\\""}'),
    ('{"a": "{{$body "quote"}}"}', '{"a": "say \\"hi\\""}'),
    ('{"id": "{{id}}", "n": {{id}}}', '{"id": "7", "n": 7}'),
    ("{\"plain\": \"{{$body 'unicode'}} {{$headers 'accept'}}\"}", '{"plain": "é😀 text/html, */*"}'),
)


@pytest.mark.parametrize(("template", "expected"), QUOTED)
def test_what_is_put_into_a_string_of_json_does_not_break_it(template: str, expected: str) -> None:
    assert expected == rendered(template, CALL, is_json=True)


def test_only_json_examples_are_escaped_for() -> None:
    assert '"say "hi""' == rendered("\"{{$body 'quote'}}\"", CALL)


def test_only_what_would_break_a_string_is_escaped() -> None:
    every = "".join(map(chr, range(0x100))) + "\u2028😀/"
    captured = compile_template('"{{x}}"', {}, {"x"}, is_json=True).fill(an_occasion(captures={"x": every}))

    assert (
        '"' + every[0x20:].replace("\\", "\\\\").replace('"', '\\"') + '"'
        == captured[0] + captured[captured.index(" ") :]
    )
    assert "\\u0000" in captured
    assert "\\b\\t\\n\\u000b\\f\\r" in captured


def test_a_reply_is_not_blown_up_without_end() -> None:
    body = "x" * 1_000_000
    compiled = compile_template("{{$body}}" * 1_000, {}, ())

    text = compiled.fill(an_occasion(a_post(body.encode())))

    assert MAX_INSERTED // 1_000_000 == text.count("x") // 1_000_000
    assert text.endswith("x{{$body}}" + "{{$body}}" * (999 - MAX_INSERTED // 1_000_000))
