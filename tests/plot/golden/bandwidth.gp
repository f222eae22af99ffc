# Bandwidth over what was swept.
# Draw it in this folder: gnuplot bandwidth.gp
# or as PDF or PNG:       gnuplot -e "to='pdf'" bandwidth.gp
# The numbers are in bandwidth.dat; fonts, colours and markers in common.gp.

name = 'bandwidth'
width = 8.5 # cm
height = 6.4
if (!exists('to')) to = 'svg'
load 'common.gp'

headline = 'A stream between two guests: registers' ."\n". 'and shared memory against MPICH2.'
note = 'fixture-stream · ivcsim 0.0.0 · 19–20 of 67–70 parameters assumed' ."\n". 'open marker: stopped at workload.messages_max'
set label 1 note at screen 0.015, screen 0 offset character 0, 1.4 @footnote
set bmargin at screen 0.2516
set title headline font heading
set xlabel 'buffer size'
set logscale x 2
set xrange [47.835176:1402918.72]
set xtics ('64 B' 64, '' 256 1, '1 KiB' 1024, '' 4096 1, '16 KiB' 16384, '' 65536 1, '256 KiB' 262144, '' 1048576 1)
set key top left Left reverse
set ylabel 'bandwidth (MB/s)'
set yrange [0:1500]

plot \
    'bandwidth.dat' index 0 using 1:($2 / 1e6) with linespoints linetype 1 title 'register-shmem', \
    'bandwidth.dat' index 0 using 1:($3 == 1 ? ($2 / 1e6) : NaN) with points pointtype inside pointsize hole linecolor rgb 'white', \
    'bandwidth.dat' index 1 using 1:($2 / 1e6) with linespoints linetype 2 title 'shmem', \
    'bandwidth.dat' index 1 using 1:($3 == 1 ? ($2 / 1e6) : NaN) with points pointtype inside pointsize hole linecolor rgb 'white', \
    'bandwidth.dat' index 2 using 1:($2 / 1e6) with linespoints linetype 3 dashtype 2 title 'mpich2-nemesis', \
    'bandwidth.dat' index 2 using 1:($3 == 1 ? ($2 / 1e6) : NaN) with points pointtype inside pointsize hole linecolor rgb 'white', \
    'bandwidth.dat' index 3 using 1:($2 / 1e6) with linespoints linetype 4 dashtype 2 title 'mpich2-sock', \
    'bandwidth.dat' index 3 using 1:($3 == 1 ? ($2 / 1e6) : NaN) with points pointtype inside pointsize hole linecolor rgb 'white'
