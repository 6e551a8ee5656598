package org.quirkwatch.web;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.quirkwatch.problem.ProblemCode;

/// The problems that an endpoint answers beside those of every endpoint (`not-acceptable`,
/// `internal`); they become responses of the published contract.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Problems {

    /// The codes.
    ProblemCode[] value();
}
