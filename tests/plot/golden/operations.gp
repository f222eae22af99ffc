# What is done how often for a MB, by kind, all guests together.
# Draw it in this folder: gnuplot operations.gp
# or as PDF or PNG:       gnuplot -e "to='pdf'" operations.gp
# The numbers are in operations.dat; fonts, colours and markers in common.gp.

name = 'operations'
width = 17.5 # cm
height = 7.53
if (!exists('to')) to = 'svg'
load 'common.gp'

headline = 'A stream between two guests: registers and shared memory against MPICH2.'
note = 'fixture-stream · ivcsim 0.0.0 · 19–20 of 67–70 parameters assumed'
set label 1 note at screen 0.015, screen 0 offset character 0, 0.7 @footnote

# Panels: column c = 1, 2 ... from the left, row r from the top; cm.
left(c) = 1.45 + (c - 1) * 4.013
wide = 3.763
array top[1] = [1.15]
array high[1] = [4.2]
panel = 'set lmargin at screen left(c) / width; '\
    .'set rmargin at screen (left(c) + wide) / width; '\
    .'set tmargin at screen 1 - top[r] / height; '\
    .'set bmargin at screen 1 - (top[r] + high[r]) / height'

set label 2 headline at screen 0.5, screen 1 offset character 0, -1.2 center font heading
set multiplot
set xrange [-0.7:7.7]
array names[8] = ['64 B', '', '', '4 KiB', '', '', '256 KiB', '']
named = 'set xtics (names[1] 0); '\
    .'do for [i = 2:|names|] { set xtics add (names[i] i - 1) }'
set logscale y 10
set ytics 1, 10
set yrange [1:1000000]
# What never happens has no place on a logarithmic axis.
lines = "'operations.dat' index block using 1:(column(3) > 0 ? column(3) : NaN) with linespoints linetype 1, "\
    ."'operations.dat' index block using 1:(column(4) > 0 ? column(4) : NaN) with linespoints linetype 2, "\
    ."'operations.dat' index block using 1:(column(5) > 0 ? column(5) : NaN) with linespoints linetype 3, "\
    ."'operations.dat' index block using 1:(column(6) > 0 ? column(6) : NaN) with linespoints linetype 4"

c = 1; r = 1
@panel
set title 'register-shmem' offset 0, -0.6
set ylabel 'per MB' offset 1.4, 0
set format y
set xlabel 'buffer size'
set format x
@named
set format y '%.0s%c'
block = 0
plot @lines
unset label

c = 2; r = 1
@panel
set title 'shmem' offset 0, -0.6
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
block = 1
plot @lines

c = 3; r = 1
@panel
set title 'mpich2-nemesis' offset 0, -0.6
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
block = 2
plot @lines

c = 4; r = 1
@panel
set title 'mpich2-sock' offset 0, -0.6
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
block = 3
plot @lines

# The key of all panels.
unset label
unset title
unset xlabel
unset ylabel
unset tics
unset border
unset grid
unset logscale
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 0.1501
set bmargin at screen 0.05046
set xrange [0:1]
set yrange [0:1]
set key inside center center horizontal Left reverse maxcols 3 samplen 1.2
plot NaN, \
    keyentry with linespoints linetype 1 title 'hypercalls', \
    keyentry with linespoints linetype 2 title 'grant operations', \
    keyentry with linespoints linetype 3 title 'copies', \
    keyentry with linespoints linetype 4 title 'interrupts'
unset multiplot
