//! Recursive length prefix, as far as blocks need it (Ethereum's Yellow Paper, appendix B).

/// A string of bytes, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Items.
    List(Vec<Item>),
}

/// Why bytes are no item in its one canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RlpError {
    /// They end too early.
    #[error("the bytes end too early")]
    TooShort,
    /// Bytes are left over.
    #[error("bytes are left over")]
    TooLong,
    /// The length is not written in the shortest form.
    #[error("a length is not written in the shortest form")]
    NotCanonical,
    /// Lists in lists in lists.
    #[error("lists are nested too deeply")]
    TooDeep,
}

/// Blocks nest three deep; hostile bytes must not fill the stack.
const MOST_DEPTH: u8 = 16;
/// Below it, a length stands in the first byte.
const SHORT: usize = 56;
const STRING: u8 = 0x80;
const LIST: u8 = 0xc0;

/// Encodes an item.
pub fn encode(item: &Item) -> Vec<u8> {
    match item {
        Item::Bytes(bytes) if bytes.len() == 1 && bytes[0] < STRING => bytes.clone(),
        Item::Bytes(bytes) => prefixed(STRING, bytes),
        Item::List(items) => {
            let content: Vec<u8> = items.iter().flat_map(encode).collect();
            prefixed(LIST, &content)
        }
    }
}

fn prefixed(base: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = Vec::with_capacity(length + 9);
    if length < SHORT {
        out.push(base + small(length));
    } else {
        let bytes = length.to_be_bytes();
        let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        out.push(base + small(SHORT - 1 + digits.len()));
        out.extend(digits);
    }
    out.extend(content);
    out
}

/// A number of which the caller knows that it is small.
fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// Decodes one item that is all of the bytes.
///
/// # Errors
/// [`RlpError`].
pub fn decode(bytes: &[u8]) -> Result<Item, RlpError> {
    let (item, rest) = decode_first(bytes, 0)?;
    if rest.is_empty() {
        Ok(item)
    } else {
        Err(RlpError::TooLong)
    }
}

fn decode_first(bytes: &[u8], depth: u8) -> Result<(Item, &[u8]), RlpError> {
    if depth > MOST_DEPTH {
        return Err(RlpError::TooDeep);
    }
    let (&first, rest) = bytes.split_first().ok_or(RlpError::TooShort)?;
    if first < STRING {
        return Ok((Item::Bytes(vec![first]), rest));
    }
    let base = if first < LIST { STRING } else { LIST };
    let (content, rest) = split(usize::from(first - base), rest)?;
    if base == STRING {
        if content.len() == 1 && content[0] < STRING {
            return Err(RlpError::NotCanonical);
        }
        return Ok((Item::Bytes(content.to_vec()), rest));
    }
    let (mut items, mut left) = (Vec::new(), content);
    while !left.is_empty() {
        let (item, after) = decode_first(left, depth + 1)?;
        items.push(item);
        left = after;
    }
    Ok((Item::List(items), rest))
}

/// Splits the content off whose length is `code`, or stands in the next `code - 55` bytes.
fn split(code: usize, bytes: &[u8]) -> Result<(&[u8], &[u8]), RlpError> {
    if code < SHORT {
        return bytes.split_at_checked(code).ok_or(RlpError::TooShort);
    }
    let (digits, rest) = bytes
        .split_at_checked(code - (SHORT - 1))
        .ok_or(RlpError::TooShort)?;
    let mut length: usize = 0;
    for digit in digits {
        let longer = length.checked_mul(256).ok_or(RlpError::TooShort)?;
        length = longer + usize::from(*digit);
    }
    if digits[0] == 0 || length < SHORT {
        return Err(RlpError::NotCanonical);
    }
    rest.split_at_checked(length).ok_or(RlpError::TooShort)
}

#[cfg(test)]
mod tests;
