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
    let empty = Memo::new(move |_| rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty)));
    view! {
        <div class="table" role="region" aria-label=caption tabindex="0">
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>{headings}</tr></thead>
                <tbody>
                    <For each=move || rows.get().unwrap_or_default() key=Clone::clone let:row>
                        <tr>{row.into_iter().enumerate().map(|(index, cell)| draw(cell, index == 0)).collect_view()}</tr>
                    </For>
                </tbody>
            </table>
            <p class="table-nothing" hidden=move || !empty.get()>{nothing}</p>
        </div>
    }
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
