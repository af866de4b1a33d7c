// Answers questions about Postman's own libraries: a line of JSON in, a line of JSON out.
//
//   {"op": "url", "text": "…"}                     the parts of a URL's text
//   {"op": "collection", "tree": {…}}              every saved request of a collection in format v2.0 or v2.1
//   {"op": "substitute", "text": "…", "scopes": […]}  a text with its variables replaced, the first scope first
//   {"op": "dynamic"}                              the names of the dynamic variables
//   {"op": "v1", "tree": {…}}                      a collection in format v1, converted to format v2.1
//
// The answer is {"answer": …}, or {"error": "…"} where the library throws.
'use strict';

const readline = require('readline');
const sdk = require('postman-collection');
const transformer = require('postman-collection-transformer');
const dynamicVariables = require('postman-collection/lib/superstring/dynamic-variables');

const textOrNull = (value) => (value === null || value === undefined ? null : String(value));

/** A parameter, header or form field: its name, its value, and whether it is switched off. */
function pair(property) {
    return { key: textOrNull(property.key) || '', value: textOrNull(property.value), disabled: Boolean(property.disabled) };
}

function url(read) {
    const base = new sdk.Url({ protocol: read.protocol, auth: read.auth, host: read.host, port: read.port });

    return {
        base: (read.protocol === '' ? '://' : '') + base.toString(),
        path: read.path ? read.getPath(true) : '',
        query: read.query.all().map(pair),
        // What is put in place of a `:name`: the library takes nothing but text for it.
        variables: read.variables.all()
            .map((variable) => ({ key: textOrNull(variable.key), value: read.variables.get(variable.key) }))
            .filter(({ value }) => typeof value === 'string' && value)
    };
}

/** A form field; one with several files is several fields. */
function fields(field) {
    if (field.type !== 'file') { return [pair(field)]; }
    const sources = Array.isArray(field.src) && field.src.length ? field.src : [Array.isArray(field.src) ? null : field.src];

    return sources.map((src) => ({ key: field.key || '', src: textOrNull(src) || '', disabled: Boolean(field.disabled) }));
}

const bodies = {
    raw: (body) => body.raw,
    urlencoded: (body) => body.urlencoded.all().map(pair),
    formdata: (body) => body.formdata.all().flatMap(fields),
    graphql: (body) => ['query', 'variables', 'operationName'].map((part) => body.graphql[part] || ''),
    file: (body) => [(body.file && body.file.src) || '', (body.file && body.file.content) || '']
};

function body(read) {
    if (!read || !read.mode || read.disabled) { return null; }

    return { mode: read.mode, content: bodies[read.mode](read) };
}

function request(read) {
    return {
        method: read.method,
        url: url(read.url),
        headers: read.headers.all().map(pair),
        body: body(read.body)
    };
}

function example(read) {
    return {
        name: read.name || '',
        request: read.originalRequest ? request(read.originalRequest) : null,
        code: read.code === undefined ? null : read.code,
        headers: read.headers.all().map(pair),
        body: read.body || ''
    };
}

function items(collection) {
    const found = [];

    collection.forEachItem((item) => {
        found.push({
            name: item.name || '',
            request: request(item.request),
            examples: item.responses.all().map(example)
        });
    });

    return found;
}

function convert(tree) {
    let converted;

    transformer.convert(
        tree,
        { inputVersion: '1.0.0', outputVersion: '2.1.0', retainIds: true },
        (error, result) => {
            if (error) { throw error; }
            converted = result;
        }
    );

    return converted;
}

const answers = {
    url: (asked) => url(new sdk.Url(asked.text)),
    collection: (asked) => items(new sdk.Collection(asked.tree)),
    substitute: (asked) => sdk.Property.replaceSubstitutions(
        asked.text, ...asked.scopes.map((scope) => new sdk.VariableList(null, scope))
    ),
    dynamic: () => Object.keys(dynamicVariables),
    v1: (asked) => convert(asked.tree)
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const asked = JSON.parse(line);
    let reply;

    try { reply = { answer: answers[asked.op](asked) }; }
    catch (error) { reply = { error: String(error) }; }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
});
