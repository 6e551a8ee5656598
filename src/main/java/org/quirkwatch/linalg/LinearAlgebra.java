package org.quirkwatch.linalg;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Program.Threads;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Products and decompositions of matrices in float64, on the processor. Thread-safe: what goes to
/// a native program, which one thread at a time may call, waits for its turn. Decompositions have a
/// program of their own, as they may take seconds and products are wanted in milliseconds.
public final class LinearAlgebra {

    /// Multiply-adds per number copied from which a product goes to the native program. Copying a
    /// number there or back costs as much as some sixteen multiply-adds in Java: on two cores both
    /// take 2 ms for 16 x 512 x 512; for 1 x 4096 x 1000 Java is nine times faster, for 64 x 512 x
    /// 512 the program is six times.
    private static final long NATIVE_FROM = 16;

    /// Multiply-adds of a product below which a second thread is not worth waking: about 2
    /// milliseconds.
    private static final double ALONE_MULTIPLY_ADDS = 5e7;

    private LinearAlgebra() {}

    /// The product of two matrices.
    ///
    /// @param a `[n, k]`
    /// @param b `[k, m]`
    /// @return `[n, m]`
    public static Matrix multiply(Matrix a, Matrix b) {
        if (a.columns() != b.rows()) {
            throw new IllegalArgumentException("cannot multiply %s by %s".formatted(a, b));
        }
        long multiplyAdds = (long) a.rows() * a.columns() * b.columns();
        long copied =
                (long) a.rows() * a.columns()
                        + (long) b.rows() * b.columns()
                        + (long) a.rows() * b.columns();
        return multiplyAdds < NATIVE_FROM * copied ? multiplyInJava(a, b) : multiplyNatively(a, b);
    }

    /// The products of rows with rows, in single precision.
    ///
    /// @param a `[m * d]`, row-major
    /// @param b of [SingleRows], `[n, d]`
    /// @return `[m * n]`, row-major
    static float[] products(float[] a, SingleRows b) {
        int m = a.length / b.columns();
        Threads threads = multiplyAddThreads((double) a.length * b.rows());
        Native own = Holder.PRODUCTS;
        own.lock().lock();
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            return own.program()
                    .call(
                            scope,
                            Program.Mode.INFERENCE,
                            threads,
                            "products",
                            Program.one(scope.tensor(a, m, b.columns())),
                            Program.one(scope.view(b.values(), b.rows(), b.columns())))
                    .getFirst()
                    .toFloats();
        } finally {
            own.lock().unlock();
        }
    }

    private static Threads multiplyAddThreads(double multiplyAdds) {
        return multiplyAdds < ALONE_MULTIPLY_ADDS ? Threads.ONE : Threads.ALL;
    }

    /// The thin singular value decomposition of a matrix that is not empty.
    ///
    /// @param x `[n, d]`, finite
    public static Svd svd(Matrix x) {
        Results results = call(Threads.ALL, "svd", requireFinite(x));
        return new Svd(results.vector(0), results.matrix(1));
    }

    /// The product of a matrix's transpose with it.
    ///
    /// @param x `[n, p]`, finite, not empty
    /// @return `[p, p]`
    public static Matrix gram(Matrix x) {
        return call(Threads.ALL, "gram", requireFinite(x)).matrix(0);
    }

    /// The triangle that whitens rows of a covariance Σ: W with WWᵀ = Σ⁻¹, by Cholesky's
    /// decomposition, so that rows times W are uncorrelated with variance 1.
    ///
    /// @param covariance `[p, p]`, symmetric and positive definite
    /// @return `[p, p]`, zero below the diagonal, the diagonal positive
    public static Matrix whitening(Matrix covariance) {
        if (covariance.rows() != covariance.columns()) {
            throw new IllegalArgumentException(
                    "expected a square covariance, got %s".formatted(covariance));
        }
        return call(Threads.ALL, "whitening", requireFinite(covariance)).matrix(0);
    }

    /// The solution s of `(xᵀ diag(weight) x + diag(ridge)) s = g`.
    ///
    /// @param x `[n, p]`, finite, not empty
    /// @param weight `[n]`, 0 or more
    /// @param ridge `[p]`, 0 or more
    /// @param g `[p]`
    /// @return `[p]`; empty where the matrix is not positive definite in float64
    static Optional<double[]> weightedNormal(
            Matrix x, double[] weight, double[] ridge, double[] g) {
        double multiplyAdds = (double) x.rows() * x.columns() * x.columns();
        Results results =
                call(
                        multiplyAddThreads(multiplyAdds),
                        "weighted_normal",
                        x,
                        Matrix.wrap(weight.length, 1, weight),
                        Matrix.wrap(1, ridge.length, ridge),
                        Matrix.wrap(g.length, 1, g));
        boolean solved = results.vector(1)[0] == 0;
        return solved ? Optional.of(results.vector(0)) : Optional.empty();
    }

    /// The triangle R `[min(n, d), d]` with RᵀR = XᵀX.
    static Matrix triangle(Matrix x) {
        return call(Threads.ALL, "triangle", requireFinite(x)).matrix(0);
    }

    static Matrix multiplyInJava(Matrix a, Matrix b) {
        int inner = a.columns();
        int columns = b.columns();
        double[] left = a.values();
        double[] right = b.values();
        double[] product = new double[a.rows() * columns];
        for (int row = 0; row < a.rows(); row++) {
            int start = row * columns;
            for (int k = 0; k < inner; k++) {
                double factor = left[row * inner + k];
                int other = k * columns;
                for (int column = 0; column < columns; column++) {
                    product[start + column] += factor * right[other + column];
                }
            }
        }
        return Matrix.wrap(a.rows(), columns, product);
    }

    static Matrix multiplyNatively(Matrix a, Matrix b) {
        double multiplyAdds = (double) a.rows() * a.columns() * b.columns();
        return call(multiplyAddThreads(multiplyAdds), "multiply", a, b).matrix(0);
    }

    // LAPACK may loop without end on NaN.
    private static Matrix requireFinite(Matrix x) {
        if (!(x.isFinite() && x.rows() > 0 && x.columns() > 0)) {
            throw new IllegalArgumentException(
                    "cannot decompose %s: it is empty or not finite".formatted(x));
        }
        return x;
    }

    private static Results call(Threads threads, String method, Matrix... arguments) {
        Native own = method.equals("multiply") ? Holder.PRODUCTS : Holder.DECOMPOSITIONS;
        own.lock().lock();
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            Program.Argument[] tensors = new Program.Argument[arguments.length];
            for (int i = 0; i < arguments.length; i++) {
                Matrix matrix = arguments[i];
                tensors[i] =
                        Program.one(scope.tensor(matrix.values(), matrix.rows(), matrix.columns()));
            }
            List<Tensor> tensorsOut =
                    own.program().call(scope, Program.Mode.INFERENCE, threads, method, tensors);
            return new Results(
                    tensorsOut.stream().map(Tensor::shape).toList(),
                    tensorsOut.stream().map(Tensor::toDoubles).toList());
        } finally {
            own.lock().unlock();
        }
    }

    private record Results(List<long[]> shapes, List<double[]> values) {
        double[] vector(int index) {
            return values.get(index);
        }

        Matrix matrix(int index) {
            long[] shape = shapes.get(index);
            return Matrix.wrap((int) shape[0], (int) shape[1], values.get(index));
        }
    }

    /// A program, and the lock of whoever calls it.
    private record Native(Program program, ReentrantLock lock) {
        static Native load() {
            return new Native(Program.load("linalg", ComputeDevice.CPU), new ReentrantLock());
        }
    }

    private static final class Holder {
        static final Native PRODUCTS = Native.load();
        static final Native DECOMPOSITIONS = Native.load();
    }
}
