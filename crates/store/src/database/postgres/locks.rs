//! The numbers of advisory locks, which belong to a database, whatever the schema.

/// The number of a role in a schema: FNV-1a of their names, since it must be the same in all versions.
pub fn key(schema: &str, role: &str) -> i64 {
    let text = ["whippet", schema, role].join("\n");
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn a_role_has_the_same_number_in_all_versions() {
        assert_ne!(key("whippet", "fold"), key("other", "fold"));
        // Computed by hand elsewhere: a number that was released stays.
        assert_eq!(key("whippet", "fold"), 1_761_845_933_527_991_982);
    }
}
