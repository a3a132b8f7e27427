//! References: `urn:uuid:…`, `Type/id`, absolute URLs and `#id` of contained resources.

use super::{
    bundle::{Bundle, Resource},
    json,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a name leads: several different resources of one name lead nowhere, for the choice would be arbitrary.
#[derive(Clone, Copy)]
enum Target<'a> {
    One(Resource<'a>),
    Several,
}

/// The names of a bundle's resources.
pub struct Index<'a> {
    urls: BTreeMap<&'a str, Target<'a>>,
    types_and_ids: BTreeMap<(&'a str, &'a str), Target<'a>>,
    ids: BTreeMap<&'a str, Target<'a>>,
}

impl<'a> Index<'a> {
    /// Indexes a bundle.
    pub fn new(bundle: &'a Bundle) -> Self {
        let mut index = Self {
            urls: BTreeMap::new(),
            types_and_ids: BTreeMap::new(),
            ids: BTreeMap::new(),
        };
        for resource in bundle.resources() {
            if let Some(url) = resource.full_url {
                insert(&mut index.urls, url, resource);
            }
            if let Some(id) = resource.id() {
                insert(&mut index.types_and_ids, (resource.kind(), id), resource);
                insert(&mut index.ids, id, resource);
            }
        }
        index
    }

    /// The resource that a Reference of `from` names, if it is in the bundle.
    pub fn resolve(&self, from: Resource<'a>, reference: &Value) -> Option<Resource<'a>> {
        let name = json::text(reference, "reference")?;
        if let Some(id) = name.strip_prefix('#') {
            return contained(from, id);
        }
        self.resolve_name(
            from,
            name.split_once("/_history/").map_or(name, |(name, _)| name),
        )
    }

    fn resolve_name(&self, from: Resource<'a>, name: &str) -> Option<Resource<'a>> {
        if let Some(target) = self.urls.get(name) {
            return one(Some(target));
        }
        if let Some(id) = name
            .strip_prefix("urn:uuid:")
            .or_else(|| name.strip_prefix("urn:oid:"))
        {
            return one(self.ids.get(id));
        }
        let (before, id) = name.rsplit_once('/')?;
        let (base, kind) = before.rsplit_once('/').unwrap_or(("", before));
        if base.is_empty() {
            // Relative: first on the server that the referring entry comes from
            if let Some(target) = server_of(from)
                .and_then(|server| self.urls.get(format!("{server}/{name}").as_str()))
            {
                return one(Some(target));
            }
        }
        // An absolute URL may name a resource that came without its own, but none of another server
        one(self.types_and_ids.get(&(kind, id)))
            .filter(|found| base.is_empty() || server_of(*found).is_none())
    }
}

fn insert<'a, K: Ord>(map: &mut BTreeMap<K, Target<'a>>, name: K, resource: Resource<'a>) {
    map.entry(name)
        .and_modify(|target| *target = Target::Several)
        .or_insert(Target::One(resource));
}

fn one<'a>(target: Option<&Target<'a>>) -> Option<Resource<'a>> {
    match target? {
        Target::One(resource) => Some(*resource),
        Target::Several => None,
    }
}

/// A contained resource of the referring one, or of the one that contains it; `#` alone is the container.
fn contained<'a>(from: Resource<'a>, id: &str) -> Option<Resource<'a>> {
    let outer = from.outermost();
    if id.is_empty() {
        return Some(outer);
    }
    outer.contained().find(|inner| {
        inner
            .id()
            .is_some_and(|own| own.strip_prefix('#').unwrap_or(own) == id)
    })
}

/// The base URL of the server that an entry's full URL names.
fn server_of(resource: Resource<'_>) -> Option<&str> {
    let url = resource.full_url?;
    let (before, _id) = url.rsplit_once('/')?;
    let (server, _kind) = before.rsplit_once('/')?;
    server.contains("://").then_some(server)
}

#[cfg(test)]
mod tests;
