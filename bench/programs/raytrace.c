/* Spheres over a plane, with shadows and reflections: vectors of doubles passed around. */
#include "bench.h"
#include <math.h>

#pragma STDC FP_CONTRACT OFF /* a rounding decides what a ray hits */

struct vec {
    double x, y, z;
};

struct sphere {
    struct vec centre;
    double radius, shine;
    struct vec colour;
};

#define SPHERES 9
static struct sphere spheres[SPHERES];
static const struct vec sun = {0.48, 0.64, -0.6};

static struct vec add(struct vec a, struct vec b)
{
    return (struct vec){a.x + b.x, a.y + b.y, a.z + b.z};
}

static struct vec scale(struct vec a, double f)
{
    return (struct vec){a.x * f, a.y * f, a.z * f};
}

static double dot(struct vec a, struct vec b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static double hit(struct vec from, struct vec ray, const struct sphere *s)
{
    struct vec to = add(s->centre, scale(from, -1));
    double b = dot(to, ray), d = b * b - dot(to, to) + s->radius * s->radius;
    if (d < 0)
        return 0;
    double root = sqrt(d);
    return b - root > 1e-6 ? b - root : b + root > 1e-6 ? b + root : 0;
}

static struct vec trace(struct vec from, struct vec ray, int depth)
{
    const struct sphere *nearest = NULL;
    double best = 1e30;
    for (int i = 0; i < SPHERES; i++) {
        double t = hit(from, ray, &spheres[i]);
        if (t > 0 && t < best)
            best = t, nearest = &spheres[i];
    }
    struct vec colour, normal, at;
    double shine = 0.1;
    if (ray.y < -1e-6 && -(from.y + 1) / ray.y < best && from.y > -1) {
        best = -(from.y + 1) / ray.y;
        at = add(from, scale(ray, best));
        int tile = ((int)floor(at.x) + (int)floor(at.z)) & 1;
        colour = tile ? (struct vec){0.9, 0.9, 0.9} : (struct vec){0.1, 0.1, 0.2};
        normal = (struct vec){0, 1, 0};
    } else if (nearest) {
        at = add(from, scale(ray, best));
        normal = scale(add(at, scale(nearest->centre, -1)), 1 / nearest->radius);
        colour = nearest->colour;
        shine = nearest->shine;
    } else {
        return (struct vec){0.4, 0.6, 0.5 + 0.5 * ray.y};
    }
    double light = dot(normal, sun);
    if (light > 0)
        for (int i = 0; i < SPHERES && light > 0; i++)
            if (hit(at, sun, &spheres[i]) > 0)
                light = 0;
    colour = scale(colour, 0.2 + 0.8 * (light > 0 ? light : 0));
    if (depth > 0 && shine > 0) {
        struct vec mirrored = add(ray, scale(normal, -2 * dot(ray, normal)));
        colour = add(scale(colour, 1 - shine), scale(trace(at, mirrored, depth - 1), shine));
    }
    return colour;
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 300), seed = 41;
    for (int i = 0; i < SPHERES; i++)
        spheres[i] =
            (struct sphere){{i % 3 * 1.6 - 1.6, i / 3 * 0.9 - 0.4, 4 + i * 7 % 5 * 0.7},
                            0.6,
                            0.2 + i % 4 * 0.15,
                            {bench_random(&seed) % 100 / 100.0, bench_random(&seed) % 100 / 100.0,
                             bench_random(&seed) % 100 / 100.0}};
    uint64_t hash = BENCH_HASH;
    for (uint32_t y = 0; y < n; y++) {
        for (uint32_t x = 0; x < n; x++) {
            struct vec ray = {(x - n / 2.0) / n, (n / 2.0 - y) / n, 1};
            ray = scale(ray, 1 / sqrt(dot(ray, ray)));
            struct vec c = trace((struct vec){0, 0.3, -1}, ray, 4);
            hash = bench_mix(hash, (uint32_t)(c.x * 255) << 16 | (uint32_t)(c.y * 255) << 8 |
                                       (uint32_t)(c.z * 255));
        }
    }
    return bench_report("raytrace", hash);
}
