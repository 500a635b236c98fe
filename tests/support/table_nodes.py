# table_nodes.py - prints host/plan/table_nodes.h: nodes and matrices of the table builder, by mpmath with 60 digits.
# SPDX-License-Identifier: Apache-2.0
import mpmath as mp

mp.mp.dps = 60
N, M = 8, 10  # nodes of a row's polynomial, nodes of the density


def rows(name, matrix):
    print("static const double %s[%d][%d] = {" % (name, len(matrix), len(matrix[0])))
    for row in matrix:
        print("    {" + ", ".join(float(x).hex() for x in row) + "},")
    print("};")


def vector(name, values):
    print("static const double %s[%d] = {%s};" % (name, len(values), ", ".join(float(x).hex() for x in values)))


def chebyshev(n):  # monomial coefficients of T_0 .. T_n
    t = [[mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]]
    for k in range(2, n + 1):
        a = [mp.mpf(0)] + [2 * c for c in t[-1]]
        for i, c in enumerate(t[-2]):
            a[i] -= c
        t.append(a)
    return t


print("/* table_nodes.h - nodes and matrices of the table builder; printed by tests/support/table_nodes.py. */")
print("/* SPDX-License-Identifier: Apache-2.0 */")
print("#ifndef APSIS_HOST_TABLE_NODES_H")
print("#define APSIS_HOST_TABLE_NODES_H")
lobatto = [-mp.cos(mp.pi * k / (N - 1)) for k in range(N)]
print("/* Chebyshev-Lobatto nodes of a row, -1 and 1 among them, and the matrix from values there to coefficients of 1, t, ..., t^7. */")
vector("apsis_row_node", lobatto)
V = mp.matrix(N, N)
for i in range(N):
    for j in range(N):
        V[i, j] = lobatto[i] ** j
inverse = V ** -1
rows("apsis_row_matrix", [[inverse[i, j] for j in range(N)] for i in range(N)])
roots = [-mp.cos(mp.pi * (2 * k + 1) / (2 * M)) for k in range(M)]
print("/* Roots of T_10, where the density is taken; the matrix from values there to coefficients of 1, s, ..., s^9; and the two")
print("   last Chebyshev coefficients, which say whether ten were enough. */")
vector("apsis_density_node", roots)
V = mp.matrix(M, M)
for i in range(M):
    for j in range(M):
        V[i, j] = roots[i] ** j
inverse = V ** -1
rows("apsis_density_matrix", [[inverse[i, j] for j in range(M)] for i in range(M)])
rows("apsis_density_last", [[mp.mpf(2) / M * mp.chebyt(d, r) for r in roots] for d in (8, 9)])
print("#endif")
