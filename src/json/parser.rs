//! [`Parser`]: a text, and the position up to which it was read.

/// Where a text is not JSON, and why. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line} column {column}")]
pub(crate) struct SyntaxError {
    problem: &'static str,
    line: usize,
    column: usize,
}

/// A text, and how many of its bytes were read.
pub(super) struct Parser<'a> {
    text: &'a str,
    pub(super) at: usize,
}

impl<'a> Parser<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn digits(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.expected("expected a digit"));
        }
        Ok(())
    }

    #[inline]
    pub(super) fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The bytes that were not read yet.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Reads a byte, if it is next.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads a word, if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word.as_bytes());
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    /// Reads `len` bytes.
    #[inline]
    pub(super) fn take(&mut self, len: usize) -> Result<&'a str, SyntaxError> {
        let start = self.at;
        self.at += len;
        self.since(start)
    }

    pub(super) fn unexpected_end(&self) -> SyntaxError {
        self.error("unexpected end")
    }

    /// The refusal of the text because of what is next.
    pub(super) fn error(&self, problem: &'static str) -> SyntaxError {
        let read = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let newlines = read.iter().filter(|byte| **byte == b'\n').count();
        let line = read
            .rsplit(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        SyntaxError {
            problem,
            line: newlines + 1,
            column: line.len() + 1,
        }
    }

    pub(super) fn expected(&self, problem: &'static str) -> SyntaxError {
        match self.peek() {
            None => self.unexpected_end(),
            Some(_) => self.error(problem),
        }
    }

    /// What was read since the position `start`.
    #[inline]
    pub(super) fn since(&self, start: usize) -> Result<&'a str, SyntaxError> {
        self.text
            .get(start..self.at)
            .ok_or_else(|| self.unexpected_end())
    }
}
