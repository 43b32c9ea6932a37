/* Planets under gravity: dependent chains of floating-point operations with a square root. */
#include "bench.h"
#include <math.h>

#define BODIES 5

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static void advance(struct body *bodies, double dt)
{
    for (int i = 0; i < BODIES; i++) {
        struct body *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            struct body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double scale = dt / (square * sqrt(square));
            a->vx -= dx * b->mass * scale;
            a->vy -= dy * b->mass * scale;
            a->vz -= dz * b->mass * scale;
            b->vx += dx * a->mass * scale;
            b->vy += dy * a->mass * scale;
            b->vz += dz * a->mass * scale;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

static double energy(const struct body *bodies)
{
    double sum = 0;
    for (int i = 0; i < BODIES; i++) {
        const struct body *a = &bodies[i];
        sum += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
        for (int j = i + 1; j < BODIES; j++) {
            const struct body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            sum -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    uint32_t steps = bench_size(argc, argv, 1500000);
    /* A made-up system: a heavy sun and four planets on nearly circular orbits. */
    struct body bodies[BODIES] = {
        {0, 0, 0, 0, 0, 0, 40.0},          {4, 0, 0.1, 0, 3.1, 0, 0.03},
        {0, 9, -0.2, -2.1, 0, 0.02, 0.01}, {-13, 0.5, 0, 0, -1.75, 0, 0.002},
        {0.3, -20, 0.6, 1.4, 0, 0, 0.001},
    };
    for (uint32_t i = 0; i < steps; i++)
        advance(bodies, 0.001);
    return bench_report_float("nbody", energy(bodies));
}
