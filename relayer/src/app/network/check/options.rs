//! Options of a node, from a command line or a TOML file.

use std::collections::BTreeMap;

/// Options by name, without hyphens before it; a flag without value is `true`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<String, String>);

impl Options {
    /// The options on a command line: what follows the program's name, in quotes or not, on one line or continued with `\`.
    pub fn from_command_line(words: &[String]) -> Self {
        let mut options = BTreeMap::new();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                continue;
            };
            if let Some((name, value)) = name.split_once('=') {
                options.insert(name.to_owned(), value.to_owned());
            } else {
                let value = words.next_if(|next| !next.starts_with('-'));
                let value = value.map_or_else(|| "true".to_owned(), Clone::clone);
                options.insert(name.to_owned(), value);
            }
        }
        Self(options)
    }

    /// The options of Besu's TOML, where a list becomes its members with commas between.
    ///
    /// # Errors
    /// What the parser says.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.message().to_owned())?;
        let mut options = BTreeMap::new();
        for (name, value) in table {
            // Later versions of Besu group options in sections, whose names don't count
            match value {
                toml::Value::Table(section) => {
                    options.extend(
                        section
                            .iter()
                            .map(|(name, value)| (name.clone(), text_of(value))),
                    );
                }
                other => {
                    options.insert(name, text_of(&other));
                }
            }
        }
        Ok(Self(options))
    }

    /// Gives an option a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Takes an option away.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// An option's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// An option's value as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.replace('_', "").parse().ok()
    }

    /// Whether an option is given, and not as `false`.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| !value.eq_ignore_ascii_case("false"))
    }

    /// Whether an option is given as `false`.
    pub fn is_off(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("false"))
    }

    /// The members of a list with commas between.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let value = self.get(name).unwrap_or_default();
        let members = value.split(',').map(str::trim);
        members.filter(|member| !member.is_empty()).collect()
    }
}

fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The command lines in a text (a script, a systemd unit, a compose file) that run a program: their words after its name.
pub fn command_lines(text: &str, program: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let lines = joined
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| after(program, &words(line)))
        .collect()
}

fn after(program: &str, words: &[String]) -> Option<Vec<String>> {
    let named = |word: &String| {
        let word = word.rsplit('=').next().unwrap_or(word);
        word.rsplit('/').next() == Some(program)
    };
    let at = words.iter().position(named)?;
    let rest = &words[at + 1..];
    rest.iter()
        .any(|word| word.starts_with("--"))
        .then(|| rest.to_vec())
}

/// The words of a line; quotes keep spaces together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => quote = Some(letter),
            (letter, None) if letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            (letter, _) => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests;
