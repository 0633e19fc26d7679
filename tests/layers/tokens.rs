//! Source text as tokens, without comments, literals and tests.

/// A piece of code: an identifier, `::`, or one other character.
pub(crate) type Token = String;

/// The tokens of a file, and the modules that it declares for tests only.
pub(crate) fn tokens(text: &str) -> (Vec<Token>, Vec<String>) {
    without_tests(all_tokens(text))
}

fn all_tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(len) = raw_string(rest) {
            len
        } else if first == '"' {
            1 + string(&rest[1..])
        } else if first == '\'' {
            character(rest)
        } else if first.is_alphanumeric() || first == '_' {
            let end = |letter: char| !letter.is_alphanumeric() && letter != '_';
            let len = rest.find(end).unwrap_or(rest.len());
            tokens.push(rest[..len].to_owned());
            len
        } else {
            let len = if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                tokens.push(rest[..len].to_owned());
            }
            len
        };
        rest = &rest[len..];
    }
    tokens
}

/// How long the rest of a string is, its closing quote included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let closing = text.find(|letter| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes
    });
    closing.map_or(text.len(), |at| at + 1)
}

/// How long a raw string is, if the text begins with one.
fn raw_string(text: &str) -> Option<usize> {
    let behind = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let content = behind.trim_start_matches('#').strip_prefix('"')?;
    let hashes = behind.len() - content.len() - 1;
    let closing = format!("\"{}", "#".repeat(hashes));
    let before = text.len() - content.len();
    Some(before + content.find(&closing)? + closing.len())
}

/// How long a character is that begins here. Of a lifetime, only the quote.
fn character(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some(_)) => letters
            .find(|(_, letter)| *letter == '\'')
            .map_or(1, |(at, _)| at + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// Takes out every item behind a `#[cfg(test)]`, and tells the names of the modules among them.
fn without_tests(tokens: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let mut code = Vec::new();
    let mut test_modules = Vec::new();
    let mut rest = tokens.as_slice();
    while let [first, behind @ ..] = rest {
        match attribute(rest) {
            Some((content, behind)) if is_for_tests(content) => {
                let (item, behind) = item(behind);
                let module = item.windows(2).find(|pair| pair[0] == "mod");
                test_modules.extend(module.map(|pair| pair[1].clone()));
                rest = behind;
            }
            Some((_, behind)) => rest = behind,
            None => {
                code.push(first.clone());
                rest = behind;
            }
        }
    }
    (code, test_modules)
}

fn is_for_tests(attribute: &[Token]) -> bool {
    let has = |name: &str| attribute.iter().any(|token| token == name);
    has("cfg") && has("test") && !has("not") && !has("any")
}

/// The attribute that stands first, and what is behind it.
fn attribute(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let opens = matches!(tokens, [hash, open, ..] if hash == "#" && open == "[");
    let mut depth = 0;
    let closing = tokens.iter().position(|token| {
        match token.as_str() {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        depth == 0 && token == "]"
    });
    closing.filter(|_| opens).map(|at| tokens.split_at(at + 1))
}

/// The item that stands first, its attributes included, and what is behind it.
fn item(tokens: &[Token]) -> (&[Token], &[Token]) {
    let mut depth = 0;
    let end = tokens.iter().enumerate().position(|(at, token)| {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        let closes = token == "}" && tokens.get(at + 1).is_none_or(|next| next != ";");
        depth == 0 && (token == ";" || closes)
    });
    tokens.split_at(end.map_or(tokens.len(), |at| at + 1))
}
