//! The pattern files, each one family of exporters.

/// Name and text of each file of the folder `patterns`. Of equally specific patterns those of the first file count.
pub const FILES: &[(&str, &str)] = &[
    ("prometheus.toml", include_str!("../patterns/prometheus.toml")),
    ("json.toml", include_str!("../patterns/json.toml")),
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_of_the_folder_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/patterns");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        let mut listed: Vec<&str> = FILES.iter().map(|file| file.0).collect();
        found.sort_unstable();
        listed.sort_unstable();
        assert_eq!(found, listed);
    }
}
