# What the time of the cores goes into, spinning by what it waits for.
# Draw it in this folder: gnuplot spinning.gp
# or as PDF or PNG:       gnuplot -e "to='pdf'" spinning.gp
# The numbers are in spinning.dat; fonts, colours and markers in common.gp.

name = 'spinning'
width = 17.5 # cm
height = 6.53
if (!exists('to')) to = 'svg'
load 'common.gp'

headline = 'A stream between two guests: registers and shared memory against MPICH2.'
note = 'fixture-stream · ivcsim 0.0.0 · 19–20 of 67–70 parameters assumed'
set label 1 note at screen 0.015, screen 0 offset character 0, 0.7 @footnote

# Panels: column c = 1, 2 ... from the left, row r from the top; cm.
left(c) = 1.45 + (c - 1) * 4.013
wide = 3.763
array top[1] = [1.15]
array high[1] = [3.2]
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
array spin[5] = ['#0072B2', '#9CCBE8', '#E69F00', '#D55E00', '#F2F2F2']
set yrange [0:100]
set ytics 25

# Stacked from the back: the sum of the columns up to k, then up to k - 1, ...
upto(k) = 100 * sum [s = 1:k] column(s + 2)
bars = "for [k = 5:1:-1] 'spinning.dat' index block using 1:(upto(k)) "\
    ."with boxes linewidth 0.5 linecolor rgb spin[k]"

c = 1; r = 1
@panel
set title 'register-shmem' offset 0, -0.6
set ylabel 'core time (%)' offset 1.4, 0
set format y
set xlabel 'buffer size'
set format x
@named
block = 0
plot @bars
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
plot @bars

c = 3; r = 1
@panel
set title 'mpich2-nemesis' offset 0, -0.6
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
block = 2
plot @bars

c = 4; r = 1
@panel
set title 'mpich2-sock' offset 0, -0.6
unset ylabel
set format y ''
set xlabel 'buffer size'
set format x
@named
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
set tmargin at screen 0.173
set bmargin at screen 0.05819
set xrange [0:1]
set yrange [0:1]
set key inside center center horizontal Left reverse maxcols 3 samplen 1.2
plot NaN, \
    keyentry with boxes linewidth 0.5 linecolor rgb spin[1] title 'work', \
    keyentry with boxes linewidth 0.5 linecolor rgb spin[2] title 'spinning, holder runs', \
    keyentry with boxes linewidth 0.5 linecolor rgb spin[3] title 'behind preempted holder', \
    keyentry with boxes linewidth 0.5 linecolor rgb spin[4] title 'behind preempted waiter', \
    keyentry with boxes linewidth 0.5 linecolor rgb spin[5] title 'switching, idle'
unset multiplot
