//! Tables of figures.
use super::Rating;
use leptos::prelude::*;

/// One cell. Equal cells are drawn once and left alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Words, to the left.
    Text(String),
    /// Words with a second, quieter line.
    Twofold(String, String),
    /// The same, and what unfolds beneath them when asked for.
    Folded(String, String, String),
    /// A figure, to the right.
    Figure(String),
    /// A figure and how it is rated.
    Rated(String, Rating),
    /// Words that lead somewhere: what they say, and where.
    Link(String, String),
}

/// A column's heading, and what is in it.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Words, to the left.
    Words(&'static str),
    /// Figures, to the right.
    Figures(&'static str),
}

/// A table with a caption for screen readers; it scrolls within itself where the page is narrow.
#[component]
pub fn Table(
    /// What the table is about.
    caption: &'static str,
    /// The columns' headings. The first column names its row.
    columns: &'static [Column],
    /// Row by row; `None` until they are known.
    #[prop(into)]
    rows: Signal<Option<Vec<Vec<Cell>>>>,
    /// What stands where there are no rows.
    nothing: &'static str,
) -> impl IntoView {
    let headings = columns
        .iter()
        .map(|column| match *column {
            Column::Words(name) => view! { <th scope="col">{name}</th> }.into_any(),
            Column::Figures(name) => view! { <th scope="col" class="figure">{name}</th> }.into_any(),
        })
        .collect_view();
    // A row is known by its first cell: when figures change, only they are drawn anew, and what is unfolded or has the
    // focus stays so.
    let known = Memo::new(move |_| known(rows.get().unwrap_or_default()));
    let keys = move || known.with(|rows| rows.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>());
    let figures = move |key: Key| {
        let row = Memo::new(move |_| {
            known.with(|rows| rows.iter().find(|row| row.0 == key).map(|row| row.1.clone()))
        });
        move || row.get().map(|row| row.into_iter().map(|cell| draw(cell, false)).collect_view())
    };
    let empty = Memo::new(move |_| rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty)));
    let waiting = Memo::new(move |_| rows.with(Option::is_none));
    view! {
        <div class="table" role="region" aria-label=caption tabindex="0">
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>{headings}</tr></thead>
                <tbody>
                    <For each=keys key=Clone::clone let:key>
                        <tr>{draw(key.0.clone(), true)}{figures(key)}</tr>
                    </For>
                </tbody>
            </table>
            <p class="table-nothing" hidden=move || !empty.get()>{nothing}</p>
            <p class="table-nothing" hidden=move || !waiting.get()>"Waiting for figures"</p>
        </div>
    }
}

/// A row's first cell, and how many rows before it have the same.
type Key = (Cell, usize);

/// Rows by their keys, each without its first cell.
fn known(rows: Vec<Vec<Cell>>) -> Vec<(Key, Vec<Cell>)> {
    let mut known: Vec<(Key, Vec<Cell>)> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = row.into_iter();
        let Some(first) = cells.next() else { continue };
        let before = known.iter().filter(|row| row.0.0 == first).count();
        known.push(((first, before), cells.collect()));
    }
    known
}

fn draw(cell: Cell, heads: bool) -> AnyView {
    let figure = matches!(cell, Cell::Figure(_) | Cell::Rated(..));
    let content = match cell {
        Cell::Text(text) | Cell::Figure(text) => text.into_any(),
        Cell::Twofold(first, second) => {
            view! { <span class="twofold">{first} <small>{second}</small></span> }.into_any()
        }
        Cell::Folded(first, second, more) => view! {
            <details class="folded">
                <summary><span class="twofold">{first} <small>{second}</small></span></summary>
                <pre tabindex="0">{more}</pre>
            </details>
        }
        .into_any(),
        Cell::Rated(text, rating) => view! {
            <span class=format!("rated {}", rating.class())>
                {text} <span class="visually-hidden">{format!(" ({})", rating.words())}</span>
            </span>
        }
        .into_any(),
        Cell::Link(text, href) => view! { <a href=href>{text}</a> }.into_any(),
    };
    if heads {
        view! { <th scope="row">{content}</th> }.into_any()
    } else {
        view! { <td class:figure=figure>{content}</td> }.into_any()
    }
}
