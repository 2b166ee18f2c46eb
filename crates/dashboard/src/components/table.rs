//! Tables of figures.
use super::Rating;
use crate::data::use_missing_words;
use leptos::prelude::*;
use std::collections::HashMap;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Text, aligned left.
    Text(String),
    /// Text with a second, smaller line.
    TwoLines(String, String),
    /// Two lines, and details that expand on click.
    Expandable(String, String, String),
    /// Text that wraps.
    Message(String),
    /// A word in a frame, with the CSS class of its colour.
    Badge(String, &'static str),
    /// A word in a frame, with the CSS class of its colour, and a smaller line.
    BadgeTwoLines(String, &'static str, String),
    /// A number, aligned right.
    Figure(String),
    /// A number with a smaller line.
    FigureTwoLines(String, String),
    /// A number with its rating.
    Rated(String, Rating),
    /// A number with its rating, and a smaller line.
    RatedTwoLines(String, Rating, String),
    /// A link: text and address.
    Link(String, String),
    /// A link, and a smaller line.
    LinkTwoLines(String, String, String),
}

/// The heading of a column, and its kind.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Text, aligned left.
    Words(&'static str),
    /// Numbers, aligned right.
    Figures(&'static str),
}

/// The columns of a table: each heading, and whether numbers are below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Columns(Vec<(Oco<'static, str>, bool)>);

impl Columns {
    /// A column of names, and columns of figures.
    pub fn of_figures(head: String, figures: impl IntoIterator<Item = String>) -> Self {
        let figures = figures.into_iter().map(|name| (name.into(), true));
        Self(std::iter::once((head.into(), false)).chain(figures).collect())
    }

    /// With a column of text at the end.
    pub fn and_words(mut self, name: &'static str) -> Self {
        self.0.push((name.into(), false));
        self
    }
}

impl From<&'static [Column]> for Columns {
    fn from(columns: &'static [Column]) -> Self {
        let column = |column: &Column| match *column {
            Column::Words(name) => (name.into(), false),
            Column::Figures(name) => (name.into(), true),
        };
        Self(columns.iter().map(column).collect())
    }
}

impl<const N: usize> From<&'static [Column; N]> for Columns {
    fn from(columns: &'static [Column; N]) -> Self {
        columns.as_slice().into()
    }
}

/// A table with a caption for screen readers. It scrolls horizontally if the page is narrow.
#[component]
pub fn Table(
    /// The caption.
    #[prop(into)]
    caption: Oco<'static, str>,
    /// The columns. The first one is the row's heading.
    #[prop(into)]
    columns: Columns,
    /// The rows; `None` until they are loaded.
    #[prop(into)]
    rows: Signal<Option<Vec<Vec<Cell>>>>,
    /// The text for an empty table.
    nothing: &'static str,
) -> impl IntoView {
    let label = caption.clone();
    let headings = columns
        .0
        .into_iter()
        .map(|(name, is_figures)| view! { <th scope="col" class:figure=is_figures>{name}</th> })
        .collect_view();
    // The first cell is the row's key, without its details. When these or other cells change, only they are rendered again, so
    // that expanded details and the focus stay.
    let known = Memo::new(move |_| by_key(rows.get().unwrap_or_default()));
    let keys = move || known.with(|rows| rows.keys.clone());
    let heading = move |key: Key| {
        let first = key.0.clone();
        let details =
            Memo::new(move |_| known.with(|rows| rows.details.get(&key).cloned().unwrap_or_default()));
        draw_heading(first, details.into())
    };
    let figures = move |key: Key| {
        let row = Memo::new(move |_| known.with(|rows| rows.cells.get(&key).cloned()));
        move || row.get().map(|row| row.into_iter().map(draw).collect_view())
    };
    let empty = Memo::new(move |_| rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty)));
    let waiting = Memo::new(move |_| rows.with(Option::is_none));
    let missing = use_missing_words();
    view! {
        <div class="table" role="region" aria-label=label tabindex="0">
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>{headings}</tr></thead>
                <tbody>
                    <For each=keys key=Clone::clone let:key>
                        <tr>{heading(key.clone())}{figures(key)}</tr>
                    </For>
                </tbody>
            </table>
            <p class="table-nothing" hidden=move || !empty.get()>{nothing}</p>
            <p class="table-nothing" hidden=move || !waiting.get()>{move || missing.get()}</p>
        </div>
    }
}

/// A row's first cell without its details, and the number of earlier rows with an equal one.
type Key = (Cell, usize);

/// The rows by key. Each row looks for its own: a search in a list would take the square of their number.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rows {
    /// In the order of the table.
    keys: Vec<Key>,
    /// Of each row, without its first cell.
    cells: HashMap<Key, Vec<Cell>>,
    /// Of each row whose first cell has some.
    details: HashMap<Key, String>,
}

fn by_key(rows: Vec<Vec<Cell>>) -> Rows {
    let mut known = Rows::default();
    let mut counts: HashMap<Cell, usize> = HashMap::new();
    for row in rows {
        let mut cells = row.into_iter();
        let Some(first) = cells.next() else { continue };
        let (first, details) = without_details(first);
        let count = counts.entry(first.clone()).or_default();
        let key = (first, *count);
        *count += 1;
        known.keys.push(key.clone());
        if let Some(details) = details {
            known.details.insert(key.clone(), details);
        }
        known.cells.insert(key, cells.collect());
    }
    known
}

/// A cell by which a row is known, and its details: they may say how long ago something was, which is another text each time.
fn without_details(cell: Cell) -> (Cell, Option<String>) {
    match cell {
        Cell::Expandable(first, second, details) => {
            (Cell::Expandable(first, second, String::new()), Some(details))
        }
        cell => (cell, None),
    }
}

fn draw_heading(cell: Cell, details: Signal<String>) -> AnyView {
    let content = match cell {
        Cell::Expandable(first, second, _) => folded(first, second, details),
        cell => content(cell),
    };
    view! { <th scope="row">{content}</th> }.into_any()
}

fn draw(cell: Cell) -> AnyView {
    let figure = matches!(
        cell,
        Cell::Figure(_) | Cell::FigureTwoLines(..) | Cell::Rated(..) | Cell::RatedTwoLines(..)
    );
    let message = matches!(cell, Cell::Message(_));
    let content = content(cell);
    view! { <td class:figure=figure class:message=message>{content}</td> }.into_any()
}

fn folded(first: String, second: String, details: Signal<String>) -> AnyView {
    view! {
        <details class="folded">
            <summary><span class="twofold">{first} <small>{second}</small></span></summary>
            <pre tabindex="0">{move || details.get()}</pre>
        </details>
    }
    .into_any()
}

fn content(cell: Cell) -> AnyView {
    match cell {
        Cell::Text(text) | Cell::Message(text) | Cell::Figure(text) => text.into_any(),
        Cell::Badge(text, class) => view! { <span class=format!("badge {class}")>{text}</span> }.into_any(),
        Cell::BadgeTwoLines(text, class, second) => view! {
            <span class="twofold"><span class=format!("badge {class}")>{text}</span> <small>{second}</small></span>
        }
        .into_any(),
        Cell::TwoLines(first, second) | Cell::FigureTwoLines(first, second) => {
            view! { <span class="twofold">{first} <small>{second}</small></span> }.into_any()
        }
        Cell::Expandable(first, second, details) => folded(first, second, Signal::stored(details)),
        Cell::Rated(text, rating) => view! {
            <span class=format!("rated {}", rating.class())>
                {text} <span class="visually-hidden">{format!(" ({})", rating.words())}</span>
            </span>
        }
        .into_any(),
        Cell::RatedTwoLines(text, rating, second) => view! {
            <span class="twofold">
                <span class=format!("rated {}", rating.class())>
                    {text} <span class="visually-hidden">{format!(" ({})", rating.words())}</span>
                </span>
                <small>{second}</small>
            </span>
        }
        .into_any(),
        Cell::Link(text, href) => view! { <a href=href>{text}</a> }.into_any(),
        Cell::LinkTwoLines(text, href, second) => {
            view! { <span class="twofold"><a href=href>{text}</a> <small>{second}</small></span> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_equal_first_cells_have_keys_of_their_own() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let rows = by_key(vec![
            vec![text("b"), text("1")],
            vec![text("a"), text("2")],
            Vec::new(),
            vec![text("b"), text("3")],
        ]);
        assert_eq!(rows.keys, [(text("b"), 0), (text("a"), 0), (text("b"), 1)]);
        let cells: Vec<&[Cell]> = rows.keys.iter().map(|key| rows.cells[key].as_slice()).collect();
        assert_eq!(cells, [&[text("1")], &[text("2")], &[text("3")]]);
    }

    #[test]
    fn a_row_is_the_same_when_its_details_are_others() {
        let row = |details: &str| {
            by_key(vec![vec![Cell::Expandable(
                "shop".to_owned(),
                "http://a/".to_owned(),
                details.to_owned(),
            )]])
        };
        let (before, after) = (row("12 s ago: refused"), row("17 s ago: refused"));
        assert_eq!(before.keys, after.keys);
        assert_eq!(before.cells, after.cells);
        assert_eq!(after.details[&after.keys[0]], "17 s ago: refused");
    }
}
