extension HTMLPage {
    /// The style sheet. Without `<` and `&`, so that it is the same in HTML and in XML.
    static let styleSheet = """
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --text: #1a1a1a; --soft: #555555; --line: #c8c8c8; --code: #f3f3f3;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root { --ground: #16181c; --text: #e6e6e6; --soft: #aaaaaa; --line: #44484f; --code: #23262c; }
        }
        * { box-sizing: border-box; }
        body {
          max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; background: var(--ground);
          color: var(--text); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word;
          -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
        }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.5rem 0; }
        h2 { font-size: 1.4rem; line-height: 1.25; margin: 2.5rem 0 0.75rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
        p { max-width: 46rem; margin: 0.75rem 0; }
        .subtitle { color: var(--soft); margin-top: 0; }
        pre {
          background: var(--code); padding: 0.75rem 1rem; border-radius: 4px; overflow-x: auto;
          white-space: pre-wrap; overflow-wrap: anywhere;
          font: 0.875rem/1.45 ui-monospace, monospace;
        }
        code { font: inherit; }
        .table { overflow-x: auto; margin: 1.25rem 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--soft); font-size: 0.9rem; padding-bottom: 0.4rem; }
        th, td { padding: 0.35rem 0.75rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
        th { border-bottom-width: 2px; }
        .wide th, .wide td { white-space: normal; padding: 0.35rem 0.6rem; }
        .wide th { overflow-wrap: anywhere; }
        .wide td:first-child { min-width: 7rem; overflow-wrap: anywhere; }
        figure { margin: 1.5rem 0; }
        figcaption { color: var(--soft); font-size: 0.9rem; margin-top: 0.4rem; max-width: 46rem; }
        .ground { background: #ffffff; color: #1a1a1a; padding: 0.5rem; display: inline-block; max-width: 100%; }
        img, svg { max-width: 100%; height: auto; display: block; }
        .pixels { image-rendering: pixelated; }
        .beside { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: flex-start; }
        .beside > div { flex: 1 1 17rem; min-width: 0; }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, 13rem); gap: 0 1rem; margin: 1.5rem 0; }
        .gallery figure { margin: 0 0 1rem; }
        @media screen and (max-width: 48rem) {
          .wide, .wide caption, .wide tbody, .wide tr, .wide td { display: block; }
          .wide thead { display: none; }
          .wide tr { padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
          .wide td { border: none; padding: 0.1rem 0; }
          .wide td:first-child { font-weight: 600; }
          .wide td[data-label] { display: flex; justify-content: space-between; gap: 1rem; }
          .wide td[data-label]::before {
            content: attr(data-label); color: var(--soft); text-align: left; overflow-wrap: anywhere;
          }
        }
        @media (max-width: 30rem) {
          .gallery { grid-template-columns: 1fr 1fr; }
          .gallery .pixels { image-rendering: auto; }
        }
        @media print {
          @page { margin: 16mm; }
          body { max-width: none; padding: 0; font-size: 10.5pt; }
          h1, h2, h3 { break-after: avoid; page-break-after: avoid; }
          figure, tr, pre { break-inside: avoid; page-break-inside: avoid; }
          thead { display: table-header-group; }
          caption { break-after: avoid; }
          .beside > div { flex-basis: 9rem; break-inside: avoid; }
          .gallery { grid-template-columns: repeat(auto-fill, 9rem); break-inside: avoid; }
          .gallery .pixels { image-rendering: auto; }
          .table, pre { overflow: visible; }
          table { font-size: 9pt; }
          th, td { white-space: normal; }
          pre { white-space: pre-wrap; border: 1px solid var(--line); }
          .ground { padding: 0; }
          .ground, pre, img { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        }

        """
}
