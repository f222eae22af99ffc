# Draws peers.csv: events a second by engine and model; messages a second of the channel.
# The caller sets: to (svg, png) and common (the file of the common style).
name = 'peers'; width = 16; height = 7.5
load common

set datafile separator ','
set key off
set logscale y
set format y '10^{%T}'
set termoption enhanced
set multiplot
set tmargin at screen 0.89
set bmargin at screen 0.12

engines = 'ivcsim ns-3 SystemC SimGrid SimPy'
# One line an engine: its points in the order of the axis.
line(engine) = sprintf("< awk -F, -v OFS=, '$3 == \"%s\" && $1 != \"channel\" " \
    ."{ x = $1 == \"pingpong\" ? 0 : $2 == 16 ? 1 : $2 == 1024 ? 2 : 3; at[x] = $5 } " \
    ."END { for (x = 0; x < 4; x++) if (x in at) print x, at[x] }' peers.csv", engine)
last(engine) = system(sprintf("awk -F, '$3 == \"%s\" && $1 == \"phold\" && $2 == 65536 " \
    ."{ print $5 }' peers.csv", engine)) + 0

set title 'Events a second of CPU time' font heading offset 0, -0.5
set lmargin at screen 0.07
set rmargin at screen 0.50
set xrange [-0.3:3.3]
set yrange [6e4:4e8]
set xtics ('ping-pong' 0, "PHOLD\n16" 1, "PHOLD\n1,024" 2, "PHOLD\n65,536" 3)
# SimPy and SimGrid end close to each other.
do for [i = 1:words(engines)] {
    higher = last('SimPy') > last('SimGrid') ? 'SimPy' : 'SimGrid'
    up = i < 4 ? 1 : word(engines, i) eq higher ? 1.25 : 0.8
    set label i word(engines, i) at 3.12, up * last(word(engines, i)) left textcolor rgb colour[i]
}
plot for [i = 1:words(engines)] line(word(engines, i)) using 1:2 with linespoints linetype i

do for [i = 1:words(engines)] { unset label i }
set title 'Messages a second of the channel' font heading offset -4, -0.5
set lmargin at screen 0.76
set rmargin at screen 0.97
unset logscale
unset ytics
unset ylabel
set border 1
set xtics auto
set logscale x
set format x '10^{%T}'
set xrange [1e4:1e7]
set yrange [0.4:5.6]
# Filled: the same model as ivcsim's; hollow: the bare steps. SimGrid's sleeps have no cores.
kinds = '"ivcsim" "SystemC methods" "SystemC threads" "SimGrid sleeps" "SimGrid executions"'
array tone[5] = [colour[1], colour[3], colour[3], colour[4], colour[4]]
rate(kind) = system(sprintf("awk -F, '$3 == \"%s\" && $1 == \"channel\" { print $5 }' peers.csv", \
    kind)) + 0
both(kind) = kind eq 'ivcsim' || kind eq 'SimGrid sleeps' ? '' : ' full'
do for [i = 1:5] {
    set label i word(kinds, i) at graph -0.05, first 6 - i right textcolor rgb tone[i]
    v = rate(word(kinds, i).both(word(kinds, i)))
    bare = rate(word(kinds, i))
    if (both(word(kinds, i)) ne '') {
        set label 30 + i '' at bare, 6 - i point pointtype 6 pointsize 0.44 * scale \
            linecolor rgb tone[i]
    }
    # A dot, not a bar: the axis is logarithmic and has no zero.
    set label 20 + i '' at v, 6 - i point pointtype i == 4 ? 6 : marker[1] pointsize 0.44 * scale \
        linecolor rgb tone[i]
    says = v >= 1e6 ? sprintf('%.2f M', v / 1e6) : sprintf('%.0f k', v / 1e3)
    set label 10 + i says at (v > bare ? v : bare) * 1.35, 6 - i left
}
plot -1 notitle
unset multiplot
