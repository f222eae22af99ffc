# Latency over what was swept: median, whisker to p99.
# Draw it in this folder: gnuplot latency.gp
# or as PDF or PNG:       gnuplot -e "to='pdf'" latency.gp
# The numbers are in latency.dat; fonts, colours and markers in common.gp.

name = 'latency'
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
set ylabel 'latency (median to p99)'
set logscale y 10
set ytics ('' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10 µs' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1, '' 60000000 1, '' 70000000 1, '' 80000000 1, '' 90000000 1, '100 µs' 100000000, '' 200000000 1, '' 300000000 1, '' 400000000 1, '' 500000000 1, '' 600000000 1, '' 700000000 1, '' 800000000 1, '' 900000000 1, '1 ms' 1000000000, '' 2000000000 1, '' 3000000000 1, '' 4000000000 1, '' 5000000000 1, '' 6000000000 1, '' 7000000000 1, '' 8000000000 1, '' 9000000000 1, '10 ms' 10000000000)
set yrange [1552500:1.94290701e+10]

plot \
    'latency.dat' index 0 using 1:2:2:3 with yerrorbars linetype 1 pointtype 0 linewidth whisker, \
    'latency.dat' index 1 using 1:2:2:3 with yerrorbars linetype 2 pointtype 0 linewidth whisker, \
    'latency.dat' index 2 using 1:2:2:3 with yerrorbars linetype 3 pointtype 0 linewidth whisker, \
    'latency.dat' index 3 using 1:2:2:3 with yerrorbars linetype 4 pointtype 0 linewidth whisker, \
    'latency.dat' index 0 using 1:2 with linespoints linetype 1 title 'register-shmem', \
    'latency.dat' index 0 using 1:($4 == 1 ? $2 : NaN) with points pointtype inside pointsize hole linecolor rgb 'white', \
    'latency.dat' index 1 using 1:2 with linespoints linetype 2 title 'shmem', \
    'latency.dat' index 1 using 1:($4 == 1 ? $2 : NaN) with points pointtype inside pointsize hole linecolor rgb 'white', \
    'latency.dat' index 2 using 1:2 with linespoints linetype 3 dashtype 2 title 'mpich2-nemesis', \
    'latency.dat' index 2 using 1:($4 == 1 ? $2 : NaN) with points pointtype inside pointsize hole linecolor rgb 'white', \
    'latency.dat' index 3 using 1:2 with linespoints linetype 4 dashtype 2 title 'mpich2-sock', \
    'latency.dat' index 3 using 1:($4 == 1 ? $2 : NaN) with points pointtype inside pointsize hole linecolor rgb 'white'
