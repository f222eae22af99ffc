# Style of every figure: fonts, sizes, colours, markers. Written beside the figures by `ivcsim plot`;
# change it here or in the figures and draw again: gnuplot bandwidth.gp
# The caller sets: name (file name without ending), width and height (cm), to (svg, pdf, png, dumb).

set encoding utf8
set minussign

# Sizes are thought of in points on paper; `scale` is pixels (or units) a point.
points(cm) = cm * 72 / 2.54
scale = to eq 'png' ? 4 : to eq 'svg' ? 2 : 1
# pngcairo counts its letters in 96ths of an inch; in SVG the viewer picks the font: leave it room.
letters = to eq 'png' ? 3 : to eq 'svg' ? 0.8 * scale : scale
font(size) = sprintf('%s,%g', face, size * letters)
face = to eq 'svg' ? 'Helvetica, Arial, sans-serif' : 'Sans'

if (!exists('columns')) columns = 79
if (!exists('rows')) rows = 24
if (!exists('ansi')) ansi = 'mono'
in_pixels = sprintf('size %g, %g', points(width) * scale, points(height) * scale)
in_characters = sprintf('size %d, %d', columns, rows)
if (!exists('picture')) picture = name.'.'.to
if (to ne 'dumb') { set output picture }
eval 'set terminal '.( \
    to eq 'pdf'  ? sprintf('pdfcairo size %gcm, %gcm linewidth 1 font "%s"', width, height, font(7)) : \
    to eq 'png'  ? 'pngcairo '.in_pixels.' linewidth 4 font "'.font(7).'"' : \
    to eq 'dumb' ? 'dumb '.in_characters.' '.ansi : \
                   'svg '.in_pixels.' dynamic linewidth 2 background "white" font "'.font(7).'"' \
    ).' noenhanced'

# Colours that colour-blind readers can tell apart (Okabe and Ito, 2008), darkest first, each with
# a marker of its own so that the lines differ in grey as well.
# 1 blue, 2 vermilion, 3 green, 4 purple, 5 orange, 6 sky, 7 black, 8 grey
array colour[8] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', \
                   '#888888']
array marker[8] = [7, 5, 9, 13, 11, 15, 7, 5]
do for [i = 1:8] {
    set linetype i linecolor rgb colour[i] linewidth 1.1 pointtype marker[i] \
        pointsize (to eq 'dumb' ? 1 : 0.34 * scale)
}
# The first one is a little larger, so that it can be seen where a second one lies on it.
set linetype 1 linecolor rgb colour[1] linewidth 1.9 pointtype marker[1] \
    pointsize (to eq 'dumb' ? 1 : 0.44 * scale)
set dashtype 2 (9, 5) # of the baselines
set dashtype 3 (2, 3)
set dashtype 4 (7, 3, 1, 3)
# Line styles from 9 on: the colours come again with the next markers, and of three times one dotted
# and one dash-dotted. They are no linetypes, or the borders of bars would be dotted, too.
array shape[9] = [7, 5, 9, 13, 11, 15, 1, 2, 3]
do for [i = 9:192] {
    again = (i - 1) / 8
    k = (i - 1) % 8
    dash = again % 3 == 0 ? 1 : again % 3 + 2
    set style line i linecolor rgb colour[k + 1] linewidth 1.1 dashtype dash \
        pointtype shape[(k % 6 + again) % 9 + 1] pointsize (to eq 'dumb' ? 1 : 0.34 * scale)
}
# An open marker has a white dot inside; a terminal has no room for one.
hole = 0.17 * scale
inside = to eq 'dumb' ? -1 : 7
whisker = 0.7 # linewidth

# What a core does, drawn by the figure cpu: 1 work, 2 spinning, 3 waiting, 4 blocked, 5 idle.
array state[5] = ['#0072B2', '#9CCBE8', '#E69F00', '#C8C8C8', '#F2F2F2']
# Kinds of work, drawn by the figure stages; the last is for all that is too small to show.
array stage[19] = ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#56B4E9', '#CC79A7', '#F0E442', \
                   '#444444', '#8C6D31', '#9CCBE8', '#F2CF80', '#80CEB9', '#EAAE80', '#E5BBD3', \
                   '#7B68B5', '#A89A8C', '#BFC9A0', '#6E8CA0', '#DDDDDD']
polling = '#444444' # hatched

set border 3 linewidth 0.6
set tics nomirror out scale 0.5, 0.25
set grid ytics linetype 1 linecolor rgb '#E4E4E4' linewidth 0.5
if (to eq 'dumb') { unset grid }
set key samplen 3 spacing 1.05 noautotitle
set xlabel offset 0, 0.3
set ylabel offset 0.8, 0
set boxwidth 0.88
set style fill solid border linecolor rgb 'white' # of bars
small = font(5.5)
heading = font(7.5)
footnote = "font small textcolor rgb '#666666'"
