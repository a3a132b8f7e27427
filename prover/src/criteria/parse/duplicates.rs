//! Members of the same name in one object: JSON readers differ in which of them counts, so none may.

use std::collections::BTreeSet;

use crate::criteria::error::{Faults, Pointer};

/// An object or array that is being read.
enum Open {
    Object {
        path: Pointer,
        names: BTreeSet<String>,
        member: Option<Pointer>,
    },
    Array {
        path: Pointer,
        items: usize,
    },
}

/// Notes every repeated member of a text that is known to be valid JSON.
pub(super) fn check(text: &str, faults: &mut Faults) {
    let mut open: Vec<Open> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut used = first.len_utf8();
        match first {
            '{' | '[' => {
                let path = place(&open);
                open.push(start(first, path));
            }
            '}' | ']' => drop(open.pop()),
            ',' => next(&mut open),
            '"' => {
                used = string_length(rest);
                name(&mut open, &rest[..used], faults);
            }
            _ => {}
        }
        rest = &rest[used..];
    }
}

fn start(bracket: char, path: Pointer) -> Open {
    if bracket == '[' {
        return Open::Array { path, items: 0 };
    }
    Open::Object {
        path,
        names: BTreeSet::new(),
        member: None,
    }
}

/// Where the value that comes next stands.
fn place(open: &[Open]) -> Pointer {
    match open.last() {
        None => Pointer::default(),
        Some(Open::Array { path, items }) => path.item(*items),
        Some(Open::Object { path, member, .. }) => member.clone().unwrap_or_else(|| path.clone()),
    }
}

fn next(open: &mut [Open]) {
    match open.last_mut() {
        Some(Open::Array { items, .. }) => *items += 1,
        Some(Open::Object { member, .. }) => *member = None,
        None => {}
    }
}

/// A string is a member's name if the object has no member begun.
fn name(open: &mut [Open], quoted: &str, faults: &mut Faults) {
    let Some(Open::Object {
        path,
        names,
        member,
    }) = open.last_mut()
    else {
        return;
    };
    if member.is_some() {
        return;
    }
    let name: String = serde_json::from_str(quoted).unwrap_or_default();
    let here = path.field(&name);
    if !names.insert(name) {
        faults.at::<()>(
            &here,
            "is there twice",
            "keep one of them; to ask both, use \"all\"",
        );
    }
    *member = Some(here);
}

/// Length in bytes of the quoted string that the text starts with.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}
