/*
 * Planets under gravity by a symplectic integrator (leapfrog): the energy hardly drifts.
 *
 *   nbody STEPS
 *
 * The numbers have the same bits on every machine, since WebAssembly defines each operation.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct body {
    const char *name;
    double mass, x[3], v[3];
};

/* Solar masses, astronomical units, days; circular-ish orbits in slightly tilted planes. */
static struct body bodies[] = {
    {"sun", 1.0, {0, 0, 0}, {0, 0, 0}},
    {"inner", 3.0e-6, {1.0, 0.0, 0.01}, {0, 0.0172, 0}},
    {"giant", 9.5e-4, {0.0, 5.2, 0.1}, {-0.00754, 0, 0.0001}},
    {"ringed", 2.9e-4, {-9.5, 0.3, -0.2}, {0, -0.00558, 0}},
    {"icy", 4.4e-5, {3.0, -19.0, 0.4}, {0.0038, 0.0006, 0}},
};
enum { COUNT = sizeof bodies / sizeof *bodies };
static const double G = 2.95912208286e-4;

static void kick(double dt)
{
    for (int i = 0; i < COUNT; i++)
        for (int j = i + 1; j < COUNT; j++) {
            struct body *a = &bodies[i], *b = &bodies[j];
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = a->x[k] - b->x[k];
                square += d[k] * d[k];
            }
            double f = G * dt / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                a->v[k] -= d[k] * b->mass * f;
                b->v[k] += d[k] * a->mass * f;
            }
        }
}

static double energy(void)
{
    double sum = 0;
    for (int i = 0; i < COUNT; i++) {
        const struct body *a = &bodies[i];
        double vv = a->v[0] * a->v[0] + a->v[1] * a->v[1] + a->v[2] * a->v[2];
        sum += a->mass * vv / 2;
        for (int j = i + 1; j < COUNT; j++) {
            double square = 0;
            for (int k = 0; k < 3; k++) {
                double d = a->x[k] - bodies[j].x[k];
                square += d * d;
            }
            sum -= G * a->mass * bodies[j].mass / sqrt(square);
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;
    double before = energy();
    for (long s = 0; s < steps; s++) {
        kick(0.5);
        for (int i = 0; i < COUNT; i++)
            for (int k = 0; k < 3; k++)
                bodies[i].x[k] += bodies[i].v[k];
        kick(0.5);
    }
    printf("after %ld days\n", steps);
    for (int i = 0; i < COUNT; i++)
        printf("%-8s %18.14f %18.14f %18.14f\n", bodies[i].name, bodies[i].x[0], bodies[i].x[1],
               bodies[i].x[2]);
    printf("energy %.15e, drift %.3e\n", before, (energy() - before) / before);
    return 0;
}
