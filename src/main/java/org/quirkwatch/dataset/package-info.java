/// The data sets that come with the project: facts, and the rules that make statements of them.
@ApplicationModule(allowedDependencies = {"quirky", "problem"})
@NullMarked
package org.quirkwatch.dataset;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
