"""Warm kernels: notebook kernels forked from a process that has the libraries loaded.

A notebook of this study spends most of a cold start importing pandas, matplotlib and statsmodels.
:mod:`~analysis.workflow.kernels.server` imports them once and forks a kernel for every request;
:class:`~analysis.workflow.kernels.provisioner.WarmProvisioner` (``amur-warm``) lets jupyter_client use it and
:class:`~analysis.workflow.kernels.engine.Engine` (``amur``) lets papermill::

    papermill.execute_notebook(source, target, engine_name="amur")

Where a process cannot be forked safely (Windows, macOS) both start standard kernels instead.
"""
