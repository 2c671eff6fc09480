//! The description of the interface (OpenAPI 3.1), from the code: problems, parameters, and the
//! record's own schema. Committed as `openapi.json`; a test compares.

use serde_json::{Map, Value, json};
use shomei::{Code, Lang, Waivers, wire};

use crate::problem::{Problem, TYPES};

/// The document, indented, with a line break at its end.
pub(crate) fn text() -> String {
    format!("{:#}\n", document())
}

fn document() -> Value {
    let (review, mut schemas) = review();
    schemas.insert("Review".to_owned(), review);
    schemas.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Shomei",
            "description": "Reviews ID photos for Japan's My Number Card. Nothing is stored.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": {
            "/v1/reviews": { "post": reviews() },
            "/healthz": { "get": probe("The process is alive", &[]) },
            "/readyz": { "get": probe(
                "The service reviews photos",
                &[Problem::Starting, Problem::Draining],
            ) },
            "/openapi.json": { "get": {
                "summary": "This document",
                "responses": { "200": {
                    "description": "OpenAPI 3.1",
                    "content": { "application/json": { "schema": { "type": "object" } } },
                } },
            } },
        },
        "components": { "schemas": schemas },
    })
}

fn reviews() -> Value {
    let waivable: Vec<_> = Code::ALL
        .iter()
        .filter(|code| Waivers::new([**code]).is_ok())
        .map(|code| code.as_str())
        .collect();
    let photo = json!({ "schema": {} });
    let form = json!({ "schema": {
        "type": "object",
        "properties": { "photo": { "contentMediaType": "image/jpeg" } },
        "required": ["photo"],
        "additionalProperties": false,
    } });
    let content: Map<String, Value> = TYPES
        .split(", ")
        .map(|name| {
            let form = name.starts_with("multipart/").then_some(&form);
            (name.to_owned(), form.unwrap_or(&photo).clone())
        })
        .collect();
    let mut responses = problems(
        Problem::all()
            .into_iter()
            .filter(|problem| !matches!(problem, Problem::NotFound | Problem::MethodNotAllowed)),
    );
    let answer = json!({
        "description": "The review, whatever the verdict. A photo that cannot be read has a \
                        finding that says so",
        "headers": {
            "x-request-id": { "schema": { "type": "string" } },
            "content-language": { "schema": { "enum": Lang::ALL.map(Lang::as_str) } },
        },
        "content": { "application/json": { "schema": reference("Review") } },
    });
    responses.insert("200".to_owned(), answer);
    json!({
        "summary": "Reviews a photo",
        "operationId": "review",
        "parameters": [
            {
                "name": "lang",
                "in": "query",
                "description": "Language of the texts. The default comes from Accept-Language, then ja",
                "schema": { "enum": Lang::ALL.map(Lang::as_str) },
            },
            {
                "name": "waive",
                "in": "query",
                "description": "Exceptions to record: these checks refer the photo to a person \
                                instead of rejecting it",
                "style": "form",
                "explode": false,
                "schema": { "type": "array", "items": { "enum": waivable } },
            },
            {
                "name": "x-request-id",
                "in": "header",
                "description": "The id of the review. It is kept if it matches the pattern; \
                                otherwise a new one is made",
                "schema": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" },
            },
        ],
        "requestBody": { "required": true, "content": content },
        "responses": responses,
    })
}

fn probe(summary: &str, refused: &[Problem]) -> Value {
    let mut responses = problems(refused.iter().cloned());
    let answer = json!({
        "description": summary,
        "content": { "text/plain": { "schema": { "type": "string" } } },
    });
    responses.insert("200".to_owned(), answer);
    json!({ "summary": summary, "responses": responses })
}

/// The answers that are problems, by status.
fn problems(problems: impl Iterator<Item = Problem>) -> Map<String, Value> {
    let mut by_status = Map::new();
    for problem in problems {
        let code = problem.code();
        let answer = by_status
            .entry(problem.status().as_str())
            .or_insert_with(|| {
                json!({
                    "description": "",
                    "content": { "application/problem+json": { "schema": reference("Problem") } },
                })
            });
        let before = answer["description"].as_str().unwrap_or_default();
        let separator = if before.is_empty() { "" } else { ", " };
        answer["description"] = json!(format!("{before}{separator}`{code}`"));
        if problem.retry_after().is_some() {
            answer["headers"] = json!({ "retry-after": { "schema": { "type": "integer" } } });
        }
    }
    by_status
}

fn problem() -> Value {
    let all = Problem::all();
    let codes: Vec<_> = all.iter().map(Problem::code).collect();
    json!({
        "description": "A problem document (RFC 9457). title and detail are in the language of the answer",
        "type": "object",
        "properties": {
            "type": { "type": "string", "pattern": "^urn:shomei:problem:[a-z_]+$" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "enum": codes },
            "request_id": { "type": "string" },
        },
        "required": ["type", "title", "status", "detail", "code", "request_id"],
    })
}

/// The schema of the record and those it refers to, which move to where OpenAPI has them.
fn review() -> (Value, Map<String, Value>) {
    let mut schema = wire::v1::schema_with("/components/schemas");
    let found = schema.pointer_mut("/components/schemas").map(Value::take);
    if let Value::Object(fields) = &mut schema {
        fields.retain(|key, _| key != "$schema" && key != "components");
    }
    match found {
        Some(Value::Object(found)) => (schema, found),
        _ => (schema, Map::new()),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[test]
    fn the_committed_document_is_that_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if env::var_os("SHOMEI_BLESS").is_some() {
            fs::write(path, text()).unwrap();
        }
        assert_eq!(
            fs::read_to_string(path).unwrap(),
            text(),
            "SHOMEI_BLESS=1 rewrites it"
        );
    }

    #[test]
    fn references_lead_somewhere() {
        fn check(value: &Value, document: &Value) -> usize {
            match value {
                Value::Object(fields) => {
                    let own = fields.get("$ref").and_then(Value::as_str).map_or(0, |to| {
                        let pointer = to.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{to}");
                        1
                    });
                    own + fields
                        .values()
                        .map(|value| check(value, document))
                        .sum::<usize>()
                }
                Value::Array(items) => items.iter().map(|item| check(item, document)).sum(),
                _ => 0,
            }
        }
        let document = document();
        assert!(check(&document, &document) > 10);
    }
}
