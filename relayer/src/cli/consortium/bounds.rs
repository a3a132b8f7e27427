//! `relayer consortium bounds`: shown without changes, set with some.

use clap::Args;
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{json, Map, Value};

use super::powers::{act, Scheduling};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::ports::ledger::{Call, MembersReader as _};

/// Arguments of `bounds`.
#[derive(Debug, Args)]
pub struct BoundsArgs {
    /// The bounds of studies that pay in this token instead of the general ones; the zero address is the native coin.
    #[arg(long, value_name = "ADDRESS")]
    token: Option<Address>,
    /// Changes.
    #[arg(value_name = "NAME=VALUE")]
    changes: Vec<String>,
    #[command(flatten)]
    scheduling: Scheduling,
}

impl BoundsArgs {
    pub(super) async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        match self.token {
            Some(token) => self.of_token(token, context, output).await,
            None => self.general(context, output).await,
        }
    }

    async fn general(self, context: &Context, output: &Output) -> Result<(), Failure> {
        let mut bounds = context.reader().await?.bounds().await?;
        let mut ready_at = None;
        if !self.changes.is_empty() {
            bounds = changed(&bounds, &self.changes)?;
            let ledger = context.writer().await?;
            ready_at = act(&ledger, Call::SetBounds(bounds), self.scheduling).await?;
        }
        show(output, value_of(&bounds)?, ready_at);
        Ok(())
    }

    async fn of_token(
        self,
        token: Address,
        context: &Context,
        output: &Output,
    ) -> Result<(), Failure> {
        let mut bounds = context.reader().await?.token_bounds(token).await?;
        let mut ready_at = None;
        if !self.changes.is_empty() {
            bounds = changed(&bounds, &self.changes)?;
            let ledger = context.writer().await?;
            let call = Call::SetTokenBounds { token, bounds };
            ready_at = act(&ledger, call, self.scheduling).await?;
        }
        let mut value = value_of(&bounds)?;
        value["token"] = json!(token);
        show(output, value, ready_at);
        Ok(())
    }
}

/// Shows bounds, which are in force, or can be from a time on.
fn show(output: &Output, mut value: Value, ready_at: Option<u64>) {
    if let Some(ready_at) = ready_at {
        value["readyAt"] = json!(ready_at);
    }
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}={text}"),
        other => format!("{name}={other}"),
    };
    let lines: Vec<_> = value.as_object().into_iter().flatten().map(line).collect();
    output.result(&value, &lines.join("\n"));
}

/// Bounds with `NAME=VALUE` changes, by their names in JSON.
///
/// # Errors
/// `invalid-input` for a name that there is not, or a value that does not fit.
pub(super) fn changed<T: Serialize + DeserializeOwned>(
    bounds: &T,
    changes: &[String],
) -> Result<T, Failure> {
    let invalid = |words: String| Failure::new(FailureCode::InvalidInput, words);
    let mut value = value_of(bounds)?;
    let members: &mut Map<String, Value> = value
        .as_object_mut()
        .ok_or_else(|| invalid("bounds have no members".to_owned()))?;
    for change in changes {
        let (name, text) = change
            .split_once('=')
            .ok_or_else(|| invalid(format!("expected NAME=VALUE, got {change:?}")))?;
        let names: Vec<_> = members.keys().cloned().collect();
        let member = members.get_mut(name).ok_or_else(|| {
            invalid(format!(
                "there is no bound {name:?}; the bounds are {}",
                names.join(", ")
            ))
        })?;
        // Amounts are decimal strings, all else is a number or true or false.
        *member = match member {
            Value::String(_) => Value::String(text.to_owned()),
            _ => text
                .parse()
                .map_err(|error| invalid(format!("{name}: {text:?}: {error}")))?,
        };
    }
    serde_json::from_value(value).map_err(|error| invalid(format!("bounds: {error}")))
}

fn value_of<T: Serialize>(bounds: &T) -> Result<Value, Failure> {
    serde_json::to_value(bounds)
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::found::{default_bounds, default_native_bounds};

    fn change<T: Serialize + DeserializeOwned>(bounds: &T, changes: &[&str]) -> Result<T, Failure> {
        let changes: Vec<_> = changes.iter().map(|&each| each.to_owned()).collect();
        changed(bounds, &changes)
    }

    #[test]
    fn bounds_change_by_name() {
        let bounds = change(&default_bounds(1), &["maxQuota=5", "maxAttempts=2"]).unwrap();
        assert_eq!((bounds.max_quota, bounds.max_attempts), (5, 2));
        let native = change(&default_native_bounds(), &["allowed=false", "maxPrice=7"]).unwrap();
        assert_eq!((native.allowed, native.max_price), (false, 7));
    }

    #[test]
    fn wrong_names_and_values_are_named() {
        for wrong in [
            "quota=5",
            "maxQuota=-1",
            "maxQuota=many",
            "maxAttempts=300",
            "maxQuota",
        ] {
            let failure = change(&default_bounds(1), &[wrong]).unwrap_err();
            assert_eq!(failure.code(), FailureCode::InvalidInput, "{wrong}");
        }
        assert!(change(&default_native_bounds(), &["maxPrice=many"]).is_err());
    }
}
