/* Intervals of confidence. Student's distribution has a finite sum for whole degrees of freedom
 * (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4); its inverse is
 * found by bisection. */
#include "sim/stats/interval.h"

#include <math.h>

#define PS_PER_S 1e12

/* P(|T| < t). */
static double student_within(double t, unsigned degrees)
{
    double theta = atan(t / sqrt(degrees));
    double sine = sin(theta), cosine = cos(theta);
    bool odd = degrees % 2 == 1;
    double term = odd ? cosine : 1, sum = 0;
    for (unsigned k = odd ? 1 : 0; k + 1 < degrees; k += 2) {
        sum += term;
        term *= cosine * cosine * (k + 1) / (k + 2);
    }
    return odd ? (theta + sine * sum) * 2 / G_PI : sine * sum;
}

double ivc_student_t(double confidence, unsigned degrees)
{
    double low = 0, high = 1;
    while (student_within(high, degrees) < confidence && high < 1e12)
        high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        double middle = (low + high) / 2;
        if (student_within(middle, degrees) < confidence)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* The quotient of the sums, and what each pair is off it; *ret_below is the lower sum. */
static double residuals(const double *above, const double *below, size_t n, double *ret,
                        double *ret_below)
{
    double sum_above = 0, sum_below = 0;
    for (size_t i = 0; i < n; i++) {
        sum_above += above[i];
        sum_below += below[i];
    }
    double ratio = sum_below > 0 ? sum_above / sum_below : 0;
    for (size_t i = 0; i < n; i++)
        ret[i] = above[i] - ratio * below[i];
    *ret_below = sum_below;
    return ratio;
}

IvcInterval ivc_interval_ratio(const double *above, const double *below, size_t n,
                               double confidence)
{
    g_autofree double *off = g_new(double, n + 1);
    double sum_below = 0, squares = 0;
    double ratio = residuals(above, below, n, off, &sum_below);
    if (n < 2 || !(sum_below > 0))
        return (IvcInterval){NAN, NAN};
    for (size_t i = 0; i < n; i++)
        squares += off[i] * off[i];
    double error = sqrt(squares / (double)(n - 1) / (double)n) / (sum_below / (double)n);
    return (IvcInterval){ratio, ivc_student_t(confidence, (unsigned)n - 1) * error};
}

IvcInterval ivc_interval_mean(const double *values, size_t n, double confidence)
{
    g_autofree double *ones = g_new(double, n + 1);
    for (size_t i = 0; i < n; i++)
        ones[i] = 1;
    return ivc_interval_ratio(values, ones, n, confidence);
}

/* Takes a sample apart into what is divided by what. */
static void fraction(const IvcSample *sample, IvcSampled what, double *ret_above, double *ret_below)
{
    *ret_above = 0;
    *ret_below = 1;
    switch (what) {
    case IVC_SAMPLED_BANDWIDTH:
        *ret_above = (double)sample->bytes * PS_PER_S;
        *ret_below = (double)sample->elapsed_ps;
        break;
    case IVC_SAMPLED_LATENCY:
        *ret_above = (double)sample->latency_sum_ps;
        *ret_below = (double)sample->latencies;
        break;
    case IVC_SAMPLED_P50:
        *ret_above = (double)sample->latency_p50_ps;
        break;
    case IVC_SAMPLED_P99:
        *ret_above = (double)sample->latency_p99_ps;
        break;
    }
}

double ivc_sample_value(const IvcSample *sample, IvcSampled what)
{
    double above, below;
    fraction(sample, what, &above, &below);
    return below > 0 ? above / below : NAN;
}

static void fractions(const GArray *samples, IvcSampled what, double *ret_above, double *ret_below)
{
    for (guint i = 0; i < samples->len; i++)
        fraction(&g_array_index(samples, IvcSample, i), what, &ret_above[i], &ret_below[i]);
}

IvcInterval ivc_interval_of(const GArray *samples, IvcSampled what, double confidence)
{
    g_autofree double *above = g_new(double, samples->len + 1);
    g_autofree double *below = g_new(double, samples->len + 1);
    fractions(samples, what, above, below);
    return ivc_interval_ratio(above, below, samples->len, confidence);
}

bool ivc_interval_reached(const GArray *samples, IvcShare confidence, IvcShare precision)
{
    const IvcSampled both[] = {IVC_SAMPLED_BANDWIDTH, IVC_SAMPLED_LATENCY};
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
        IvcInterval interval = ivc_interval_of(samples, both[i], (double)confidence.ppm / 1e6);
        if (!(interval.half <= interval.value * (double)precision.ppm / 1e6))
            return false;
    }
    return samples->len >= 2;
}

/* Of the mean of `n` residuals from `from` on; *ret_error is its standard error, squared. */
static double part_mean(const double *values, size_t from, size_t n, double *ret_error)
{
    double sum = 0, squares = 0;
    for (size_t i = from; i < from + n; i++)
        sum += values[i];
    for (size_t i = from; i < from + n; i++)
        squares += (values[i] - sum / (double)n) * (values[i] - sum / (double)n);
    *ret_error = squares / (double)(n - 1) / (double)n;
    return sum / (double)n;
}

static bool independent(const double *values, size_t n)
{
    double squares = 0, products = 0, first_error, last_error;
    for (size_t i = 0; i < n; i++) {
        squares += values[i] * values[i];
        products += i > 0 ? values[i] * values[i - 1] : 0;
    }
    if (products > 1.645 / sqrt((double)n) * squares)
        return false;
    double first = part_mean(values, 0, n / 3, &first_error);
    double last = part_mean(values, n - n / 3, n / 3, &last_error);
    return fabs(first - last) <= 3 * sqrt(first_error + last_error);
}

bool ivc_interval_independent(const GArray *samples)
{
    const IvcSampled both[] = {IVC_SAMPLED_BANDWIDTH, IVC_SAMPLED_LATENCY};
    g_autofree double *above = g_new(double, samples->len + 1);
    g_autofree double *below = g_new(double, samples->len + 1);
    g_autofree double *values = g_new(double, samples->len + 1);
    double sum_below = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(both) && samples->len >= 9; i++) {
        fractions(samples, both[i], above, below);
        (void)residuals(above, below, samples->len, values, &sum_below);
        if (!independent(values, samples->len))
            return false;
    }
    return samples->len >= 9;
}
