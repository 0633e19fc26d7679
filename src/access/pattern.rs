//! Wildcards in policies: `*` stands for any characters, `?` for any one character.

/// Whether a text matches a pattern, letters distinguished by case.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    glob(pattern, text, |in_pattern, in_text| in_pattern == in_text)
}

/// Whether a text matches a pattern, ASCII letters not distinguished by case: actions.
pub(super) fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    glob(pattern, text, |in_pattern, in_text| {
        in_pattern.eq_ignore_ascii_case(&in_text)
    })
}

/// Whether an ARN matches a pattern of ARNs.
///
/// Each of the six parts is compared with its own part of the pattern, so no wildcard reaches over a colon but in the
/// last part. A pattern with fewer parts is completed with `*` (IAM User Guide, element Resource).
pub(super) fn matches_arn(pattern: &str, arn: &str) -> bool {
    let mut patterns = pattern.splitn(6, ':');
    let mut parts = arn.splitn(6, ':');
    core::iter::from_fn(|| match (patterns.next(), parts.next()) {
        (None, None) => None,
        (in_pattern, in_arn) => Some((in_pattern.unwrap_or("*"), in_arn)),
    })
    .all(|(in_pattern, in_arn)| in_arn.is_some_and(|in_arn| matches(in_pattern, in_arn)))
}

/// Matches greedily and goes back to the last `*` only, which is enough: what an earlier one could still take, the
/// last one can take too. So the time is bounded by the product of the lengths.
fn glob(pattern: &str, text: &str, same: impl Fn(char, char) -> bool) -> bool {
    let mut pattern = pattern.chars();
    let mut text = text.chars();
    let mut last_star = None;
    loop {
        let mut rest = pattern.clone();
        let mut behind = text.clone();
        match (rest.next(), behind.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                last_star = Some((rest.clone(), text.clone()));
                pattern = rest;
                continue;
            }
            (Some(in_pattern), Some(in_text)) if in_pattern == '?' || same(in_pattern, in_text) => {
                pattern = rest;
                text = behind;
                continue;
            }
            _ => {}
        }
        let Some((after_star, not_taken)) = &mut last_star else {
            return false;
        };
        if not_taken.next().is_none() {
            return false;
        }
        pattern = after_star.clone();
        text = not_taken.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, matches_arn, matches_ignoring_case};

    #[test]
    fn a_star_takes_any_characters_and_a_question_mark_takes_one() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("?", "", false),
            ("?", "ä", true),
            ("??", "ä", false),
            ("kms:ReEncrypt*", "kms:ReEncryptTo", true),
            ("kms:ReEncrypt*", "kms:ReEncrypt", true),
            ("kms:ReEncrypt?", "kms:ReEncryptTo", false),
            ("kms:ReEncrypt??", "kms:ReEncryptTo", true),
            ("kms:reencrypt*", "kms:ReEncryptTo", false),
            ("*To", "kms:ReEncryptTo", true),
            ("*a*b*c", "xaxbxbxc", true),
            ("*a*b*c", "xaxbxbx", false),
            ("a*a", "a", false),
            ("**", "x", true),
            ("*?", "", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(matches_ignoring_case("KMS:reencrypt*", "kms:ReEncryptTo"));
    }

    #[test]
    fn a_hostile_pattern_does_not_take_exponential_time() {
        let text = "a".repeat(2_000);
        assert!(!matches(&format!("{}b", "a*".repeat(200)), &text));
    }

    #[test]
    fn a_wildcard_stays_within_its_part_of_an_arn() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        for (pattern, expected) in [
            ("*", true),
            (arn, true),
            ("arn:aws:kms:*:111122223333:key/*", true),
            ("arn:aws:kms:us-east-2:111122223333:key/1234*", true),
            ("arn:aws:kms:us-east-2:111122223333:alias/*", false),
            ("arn:aws:kms:us-*", true),
            ("arn:aws:kms", true),
            ("arn:aws:s3", false),
            ("arn:*:key/*", false),
            ("arn:aws:kms:*:key/*", false),
            ("arn:aws:kms:*:444455556666:*", false),
        ] {
            assert_eq!(matches_arn(pattern, arn), expected, "{pattern}");
        }
        assert!(matches_arn(
            "arn:aws:iam::*:user/*",
            "arn:aws:iam::1:user/a:b"
        ));
        assert!(!matches_arn("arn:aws:iam::*:*", "not an ARN"));
    }
}
