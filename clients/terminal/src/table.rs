//! Tables for people: columns that shrink to the width of the terminal, cells that wrap. Where words would
//! have to be broken for that, the cells of a row stand below each other.

use crate::style::{Look, Style};
use crate::text::{columns, indented, pad, wrap};

/// Columns between columns.
const GAP: usize = 2;

/// Words that are longer than this may be broken.
const LONG_WORD: usize = 20;

/// A first column that is no wider than this numbers the rows.
const NUMBER: usize = 3;

/// A column.
pub struct Column<'a> {
    /// What stands above it.
    pub title: &'a str,
    /// How narrow it may become.
    pub least: usize,
}

/// A cell: lines, each with its look; each wraps on its own.
pub type Cell = Vec<(Look, String)>;

/// A row, and what is said about it in whole lines below.
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// Lines below, from the second column on.
    pub below: Cell,
}

/// A cell of one plain line.
pub fn plain(text: impl Into<String>) -> Cell {
    vec![(Look::Plain, text.into())]
}

/// The table in lines of at most `width` columns, each ended; titles first.
pub fn render(table: &[Column<'_>], rows: &[Row], style: Style, width: usize) -> String {
    let Some(widths) = fit(table, rows, width) else {
        return stacked(table, rows, style, width);
    };
    let mut text = String::new();
    let titles: Vec<Cell> = table
        .iter()
        .map(|column| vec![(Look::Dim, column.title.to_owned())])
        .collect();
    render_row(&mut text, &titles, &widths, style);
    for row in rows {
        render_row(&mut text, &row.cells, &widths, style);
        let indent = widths[0] + GAP;
        for (look, line) in &row.below {
            for line in wrap(line, width.saturating_sub(indent)) {
                text.push_str(&" ".repeat(indent));
                text.push_str(&style.paint(*look, &line));
                text.push('\n');
            }
        }
    }
    text
}

/// Widths: what each column needs, then the widest made narrower until the table fits. None where it
/// cannot.
fn fit(table: &[Column<'_>], rows: &[Row], width: usize) -> Option<Vec<usize>> {
    let widest = |index: usize, measure: &dyn Fn(&str) -> usize| {
        let cells = rows.iter().flat_map(|row| &row.cells[index]);
        let lines = cells.map(|(_, line)| line.as_str());
        lines.chain([table[index].title]).map(measure).max()
    };
    let natural = |index| widest(index, &|line| columns(line)).unwrap_or(0);
    let longest_word = |line: &str| line.split(' ').map(columns).max().unwrap_or(0);
    let least = |index: usize| {
        let word = widest(index, &longest_word).unwrap_or(0);
        word.min(LONG_WORD).max(table[index].least)
    };
    let mut widths: Vec<usize> = (0..table.len()).map(natural).collect();
    let least: Vec<usize> = (0..table.len()).map(least).collect();
    let available = width.saturating_sub(GAP * (table.len() - 1));
    while widths.iter().sum::<usize>() > available {
        let shrinkable = (0..table.len()).filter(|&index| widths[index] > least[index]);
        let index = shrinkable.max_by_key(|&index| widths[index])?;
        widths[index] -= 1;
    }
    Some(widths)
}

/// The rows, each with its cells below each other, behind what stands above their columns.
fn stacked(table: &[Column<'_>], rows: &[Row], style: Style, width: usize) -> String {
    let painted = |cell: &Cell| {
        let pieces = cell.iter().map(|(look, line)| style.paint(*look, line));
        pieces.collect::<Vec<_>>().join(", ")
    };
    let is_numbered = rows.iter().all(|row| {
        let mut lines = row.cells[0].iter();
        lines.all(|(_, line)| columns(line) <= NUMBER)
    });
    let (indent, heads) = if is_numbered { (NUMBER, 2) } else { (GAP, 1) };
    let indent = " ".repeat(indent);
    let mut text = String::new();
    for row in rows {
        let head = match &row.cells[..heads] {
            [number, name] => format!("{}{}", pad(&painted(number), NUMBER), painted(name)),
            cells => painted(&cells[0]),
        };
        text.push_str(&indented(&head, "", &indent, width));
        for (column, cell) in table.iter().zip(&row.cells).skip(heads) {
            let said = painted(cell);
            if !said.is_empty() {
                let title = style.paint(Look::Dim, &format!("{}:", column.title));
                let line = format!("{title} {said}");
                text.push_str(&indented(&line, &indent, &format!("{indent}  "), width));
            }
        }
        for (look, line) in &row.below {
            text.push_str(&indented(
                &style.paint(*look, line),
                &indent,
                &indent,
                width,
            ));
        }
    }
    text
}

fn render_row(text: &mut String, cells: &[Cell], widths: &[usize], style: Style) {
    let wrapped: Vec<Cell> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| {
            cell.iter()
                .flat_map(|(look, line)| wrap(line, *width).into_iter().map(|line| (*look, line)))
                .collect()
        })
        .collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..height {
        let mut line = String::new();
        let last = wrapped
            .iter()
            .rposition(|cell| index < cell.len())
            .unwrap_or(0);
        for (column, (cell, width)) in wrapped.iter().zip(widths).enumerate().take(last + 1) {
            let (look, piece) = cell
                .get(index)
                .map_or((Look::Plain, ""), |(look, piece)| (*look, piece.as_str()));
            if column == last {
                line.push_str(&style.paint(look, piece));
            } else {
                // Spaces stay outside of the colours.
                let filler = pad(piece, *width).split_off(piece.len());
                line.push_str(&style.paint(look, piece));
                line.push_str(&filler);
                line.push_str(&" ".repeat(GAP));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [Column<'static>; 3] = [
        Column {
            title: "#",
            least: 1,
        },
        Column {
            title: "Name",
            least: 6,
        },
        Column {
            title: "Added",
            least: 5,
        },
    ];

    fn row(name: &str) -> Row {
        Row {
            cells: vec![plain("1"), plain(name), plain("today")],
            below: vec![],
        }
    }

    #[test]
    fn a_table_that_fits_is_as_wide_as_it_must_be() {
        let text = render(&TABLE, &[row("Phone")], Style::new(false), 80);
        assert_eq!(text, "#  Name   Added\n1  Phone  today\n");
    }

    #[test]
    fn a_table_that_does_not_fit_wraps_its_widest_column() {
        let text = render(&TABLE, &[row("my old telephone")], Style::new(false), 24);
        assert_eq!(
            text,
            "#  Name            Added\n1  my old          today\n   telephone\n"
        );
        assert!(text.lines().all(|line| columns(line) <= 24));
    }

    #[test]
    fn a_table_whose_words_would_be_broken_has_its_cells_below_each_other() {
        let mut phone = row("my telephone");
        phone.below = vec![(Look::Good, "default".to_owned())];
        phone.cells[2].push((Look::Dim, "14:03".to_owned()));
        let text = render(&TABLE, &[phone, row("key")], Style::new(false), 18);
        assert_eq!(
            text,
            "1  my telephone\n   Added: today,\n     14:03\n   default\n1  key\n   Added: today\n"
        );
        assert!(text.lines().all(|line| columns(line) <= 18));
        let named = Row {
            cells: vec![plain("alice.of.the.directory"), plain("12345"), plain("")],
            below: vec![],
        };
        assert_eq!(
            render(&TABLE, &[named], Style::new(false), 24),
            "alice.of.the.directory\n  Name: 12345\n"
        );
        let coloured = render(&TABLE, &[row("my telephone")], Style::new(true), 18);
        assert!(
            coloured.contains("\x1b[2mAdded:\x1b[0m today"),
            "{coloured:?}"
        );
    }

    #[test]
    fn colours_surround_words_only() {
        let mut row = row("Phone");
        row.cells[1] = vec![(Look::Bold, "Phone".to_owned())];
        row.below = vec![(Look::Bad, "locked".to_owned())];
        let text = render(&TABLE, &[row], Style::new(true), 80);
        assert!(
            text.contains("1  \x1b[1mPhone\x1b[0m  today\n   \x1b[31mlocked\x1b[0m\n"),
            "{text:?}"
        );
    }
}
