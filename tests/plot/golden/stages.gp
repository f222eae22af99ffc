# Core cycles per byte by kind of work; polling hatched.
# Draw it in this folder: gnuplot stages.gp
# or as PDF or PNG:       gnuplot -e "to='pdf'" stages.gp
# The numbers are in stages.dat; fonts, colours and markers in common.gp.

name = 'stages'
width = 17.5 # cm
height = 8.65
if (!exists('to')) to = 'svg'
load 'common.gp'

headline = 'A stream between two guests: registers and shared memory against MPICH2.'
note = 'fixture-stream · ivcsim 0.0.0 · 19–20 of 67–70 parameters assumed'
set label 1 note at screen 0.015, screen 0 offset character 0, 0.7 @footnote

# Panels: column c = 1, 2 ... from the left, row r from the top; cm.
left(c) = 1.45 + (c - 1) * 4.013
wide = 3.763
array top[2] = [1.15, 2.93]
array high[2] = [1.5, 3.2]
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
# Stacked from the back: the sum of the columns up to k, then up to k - 1, ...
upto(k) = 100 * (sum [s = 1:k] column(s + 3)) / column(3)
bars = "'stages.dat' index block using 1:(upto(14)) with boxes linewidth 0.5 linecolor rgb stage[19], "\
    ."'stages.dat' index block using 1:(upto(13)) with boxes linewidth 0.5 linecolor rgb stage[12], "\
    ."'stages.dat' index block using 1:(upto(12)) with boxes linewidth 0.5 linecolor rgb stage[11], "\
    ."'stages.dat' index block using 1:(upto(11)) with boxes linewidth 0.5 linecolor rgb stage[10], "\
    ."'stages.dat' index block using 1:(upto(10)) with boxes linewidth 0.5 linecolor rgb stage[9], "\
    ."'stages.dat' index block using 1:(upto(9)) with boxes linecolor rgb 'white', "\
    ."'stages.dat' index block using 1:(upto(9)) with boxes linewidth 0.5 linecolor rgb polling fillstyle pattern 4 border linecolor rgb 'white', "\
    ."'stages.dat' index block using 1:(upto(8)) with boxes linewidth 0.5 linecolor rgb stage[8], "\
    ."'stages.dat' index block using 1:(upto(7)) with boxes linewidth 0.5 linecolor rgb stage[7], "\
    ."'stages.dat' index block using 1:(upto(6)) with boxes linewidth 0.5 linecolor rgb stage[6], "\
    ."'stages.dat' index block using 1:(upto(5)) with boxes linewidth 0.5 linecolor rgb stage[5], "\
    ."'stages.dat' index block using 1:(upto(4)) with boxes linewidth 0.5 linecolor rgb stage[4], "\
    ."'stages.dat' index block using 1:(upto(3)) with boxes linewidth 0.5 linecolor rgb stage[3], "\
    ."'stages.dat' index block using 1:(upto(2)) with boxes linewidth 0.5 linecolor rgb stage[2], "\
    ."'stages.dat' index block using 1:(upto(1)) with boxes linewidth 0.5 linecolor rgb stage[1]"

c = 1; r = 1
@panel
set title 'register-shmem' offset 0, -0.6
set ylabel 'cycles/byte' offset 1.4, 0
set format y
unset xlabel
set format x ''
set xtics 0, 1
block = 0
set logscale y 10
set ytics 1e0, 10
set yrange [0.646455625:538.6]
plot 'stages.dat' index block using 1:3 with linespoints linetype 7 linewidth 0.8 pointsize 2 * hole
unset logscale y
unset label

c = 1; r = 2
@panel
unset title
set ylabel 'share of the cycles (%)' offset 1.4, 0
set format y
set xlabel 'buffer size'
set format x
@named
set yrange [0:100]
set ytics 25
block = 0
plot @bars

c = 2; r = 1
@panel
set title 'shmem' offset 0, -0.6
unset ylabel
set format y ''
unset xlabel
set format x ''
set xtics 0, 1
block = 1
set logscale y 10
set ytics 1e0, 10
set yrange [0.646455625:538.6]
plot 'stages.dat' index block using 1:3 with linespoints linetype 7 linewidth 0.8 pointsize 2 * hole
unset logscale y

c = 2; r = 2
@panel
unset title
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
set yrange [0:100]
set ytics 25
block = 1
plot @bars

c = 3; r = 1
@panel
set title 'mpich2-nemesis' offset 0, -0.6
unset ylabel
set format y ''
unset xlabel
set format x ''
set xtics 0, 1
block = 2
set logscale y 10
set ytics 1e0, 10
set yrange [0.646455625:538.6]
plot 'stages.dat' index block using 1:3 with linespoints linetype 7 linewidth 0.8 pointsize 2 * hole
unset logscale y

c = 3; r = 2
@panel
unset title
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
set yrange [0:100]
set ytics 25
block = 2
plot @bars

c = 4; r = 1
@panel
set title 'mpich2-sock' offset 0, -0.6
unset ylabel
set format y ''
unset xlabel
set format x ''
set xtics 0, 1
block = 3
set logscale y 10
set ytics 1e0, 10
set yrange [0.646455625:538.6]
plot 'stages.dat' index block using 1:3 with linespoints linetype 7 linewidth 0.8 pointsize 2 * hole
unset logscale y

c = 4; r = 2
@panel
unset title
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
set yrange [0:100]
set ytics 25
block = 3
plot @bars

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
set tmargin at screen 0.1699
set bmargin at screen 0.04393
set xrange [0:1]
set yrange [0:1]
set key inside center center horizontal Left reverse maxcols 5 samplen 1.2
plot NaN, \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[1] title 'allocate-block', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[2] title 'copy-in', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[3] title 'write-register', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[4] title 'system-call', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[5] title 'interrupt-entry', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[6] title 'read-register', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[7] title 'copy-out', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[8] title 'wake', \
    keyentry with boxes linewidth 0.5 linecolor rgb polling fillstyle pattern 4 border linecolor rgb 'white' title 'polling', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[9] title 'enqueue-cell', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[10] title 'match', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[11] title 'tcp', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[12] title 'virtual-network', \
    keyentry with boxes linewidth 0.5 linecolor rgb stage[19] title 'other'
unset multiplot
