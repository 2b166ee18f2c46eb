//! The family of the browser that sent a request, from its headers. Nothing else of them is kept.
use axum::http::{HeaderMap, header};
use whippet_engine::beacon::limits;
use whippet_store::Browser;

/// The longest part of a header that is looked at, bytes.
const MOST: usize = 512;

/// The family: by `Sec-CH-UA`, which Chromium's browsers send to secure origins, else by `User-Agent`.
pub fn of(headers: &HeaderMap) -> Browser {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = limits::cut(text(header::USER_AGENT.as_str()), MOST);
    if is_bot(agent) {
        return Browser::Bot;
    }
    by_brands(limits::cut(text("sec-ch-ua"), MOST)).unwrap_or_else(|| by_agent(agent))
}

/// Parts of the names of programs that fetch pages by themselves, in lower case.
const BOTS: [&str; 8] =
    ["bot", "crawl", "spider", "headlesschrome", "lighthouse", "pagespeed", "phantomjs", "google-read-aloud"];

fn is_bot(agent: &str) -> bool {
    let mut agent = agent.to_ascii_lowercase();
    // `Cubot` makes phones.
    if agent.contains("cubot") {
        agent = agent.replace("cubot", "");
    }
    BOTS.iter().any(|bot| agent.contains(bot))
}

/// The family by a list of brands: `"Chromium";v="124", "Microsoft Edge";v="124", "Not-A.Brand";v="99"`. `None` where it lists
/// no brand.
fn by_brands(list: &str) -> Option<Browser> {
    let mut found = None;
    // Each second part is within quotes: a brand, then its version.
    for brand in list.split('"').skip(1).step_by(2) {
        let letters: String = brand.chars().filter(char::is_ascii_alphanumeric).collect();
        let family = match letters.as_str() {
            "MicrosoftEdge" => Browser::Edge,
            "Opera" | "OperaGX" | "OperaMobile" => Browser::Opera,
            "SamsungInternet" => Browser::Samsung,
            "GoogleChrome" => Browser::Chrome,
            "Firefox" => Browser::Firefox,
            "Safari" => Browser::Safari,
            "HeadlessChrome" => Browser::Bot,
            // All of Chromium's browsers list it.
            "Chromium" => {
                found = found.or(Some(Browser::Chrome));
                continue;
            }
            // A version, or a made-up brand that is different each time, so that nobody relies on the list.
            made_up if made_up.chars().all(|digit| digit.is_ascii_digit()) => continue,
            made_up if made_up.starts_with("Not") && made_up.ends_with("Brand") => continue,
            _ => {
                found = Some(Browser::Other);
                continue;
            }
        };
        return Some(family);
    }
    found
}

/// What a browser adds to the text that it has in common with others, in the order in which it is looked for: each is in the
/// text of fewer browsers than the next. On iOS all of them are Safari's engine, and stay what they call themselves.
const AGENTS: [(&str, Browser); 22] = [
    ("Edg/", Browser::Edge),
    ("EdgA/", Browser::Edge),
    ("EdgiOS/", Browser::Edge),
    ("Edge/", Browser::Edge),
    ("OPR/", Browser::Opera),
    ("OPT/", Browser::Opera),
    ("OPiOS/", Browser::Opera),
    ("Opera", Browser::Opera),
    ("SamsungBrowser/", Browser::Samsung),
    ("FxiOS/", Browser::Firefox),
    ("CriOS/", Browser::Chrome),
    ("YaBrowser/", Browser::Other),
    ("Vivaldi/", Browser::Other),
    ("UCBrowser/", Browser::Other),
    ("MiuiBrowser/", Browser::Other),
    ("DuckDuckGo/", Browser::Other),
    // An app's own window: Android and Facebook.
    ("; wv)", Browser::Other),
    ("FBAN/", Browser::Other),
    ("Seamonkey/", Browser::Other),
    ("Firefox/", Browser::Firefox),
    ("Chrome/", Browser::Chrome),
    ("Chromium/", Browser::Chrome),
];

fn by_agent(agent: &str) -> Browser {
    if agent.is_empty() {
        return Browser::Unknown;
    }
    if let Some((_, family)) = AGENTS.iter().find(|(part, _)| agent.contains(part)) {
        return *family;
    }
    if agent.contains("Version/") && agent.contains("Safari/") { Browser::Safari } else { Browser::Other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn family(agent: &'static str, brands: &'static str) -> Browser {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        if !brands.is_empty() {
            headers.insert("sec-ch-ua", HeaderValue::from_static(brands));
        }
        of(&headers)
    }

    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

    #[test]
    fn the_list_of_brands_tells_chromiums_browsers_apart() {
        for (brands, expected) in [
            (r#""Chromium";v="141", "Google Chrome";v="141", "Not?A_Brand";v="8""#, Browser::Chrome),
            (r#""Not-A.Brand";v="99", "Microsoft Edge";v="124", "Chromium";v="124""#, Browser::Edge),
            (r#""Opera GX";v="109", "Not:A-Brand";v="8", "Chromium";v="123""#, Browser::Opera),
            (r#""Samsung Internet";v="25.0", "Chromium";v="121""#, Browser::Samsung),
            (r#""Chromium";v="141", "Not?A_Brand";v="8""#, Browser::Chrome),
            (r#""Brave";v="141", "Chromium";v="141", "Not?A_Brand";v="8""#, Browser::Other),
            (r#""HeadlessChrome";v="141", "Chromium";v="141""#, Browser::Bot),
            ("", Browser::Chrome),
            (r#"""#, Browser::Chrome),
            ("no quotes", Browser::Chrome),
        ] {
            assert_eq!(family(CHROME, brands), expected, "{brands}");
        }
    }

    #[test]
    fn without_a_list_the_agent_tells() {
        for (agent, expected) in [
            (CHROME, Browser::Chrome),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                Browser::Edge,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/123.0.0.0",
                Browser::Opera,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                Browser::Samsung,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", Browser::Firefox),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
                Browser::Safari,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
                Browser::Safari,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 Mobile/15E148 Safari/604.1",
                Browser::Chrome,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/143.0 Mobile/15E148 Safari/605.1.15",
                Browser::Firefox,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 EdgiOS/141.0.0.0 Mobile/15E148 Safari/605.1.15",
                Browser::Edge,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
                Browser::Other,
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 21) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
                Browser::Chrome,
            ),
            (
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/141.0.0.0 Safari/537.36",
                Browser::Bot,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
                Browser::Bot,
            ),
            ("curl/8.5.0", Browser::Other),
            ("", Browser::Unknown),
        ] {
            assert_eq!(family(agent, ""), expected, "{agent}");
        }
    }

    #[test]
    fn a_header_of_any_length_and_bytes_is_looked_at_in_part() {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_bytes(&[0xff; 9000]).unwrap());
        assert_eq!(of(&headers), Browser::Unknown);
        let long = format!("{}Firefox/143.0", "x".repeat(9000));
        headers.insert(header::USER_AGENT, HeaderValue::from_str(&long).unwrap());
        assert_eq!(of(&headers), Browser::Other);
        assert_eq!(of(&HeaderMap::new()), Browser::Unknown);
    }
}
